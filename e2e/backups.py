"""Reads a server's responses, to compare a restored database with the original."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx

from e2e.server import DEMO_TOKEN, PATIENCE, ROOT, Server, serve

LIST = "/api/v1/organizers/bigevents/customers/"
PATHS = (
    LIST,
    f"{LIST}?search=doe",
    f"{LIST}?search=8WSAJCJ",
    f"{LIST}?is_active=false&locale=de",
    f"{LIST}?ordering=-last_login&page=40",
    f"{LIST}?date_joined_after=2024-01-01",
    f"{LIST}8WSAJCJ/",
)
CAPTURE = ROOT / "portal/customers/tests/importing/capture"
NDJSON = {"Accept": "application/x-ndjson"}


def read_responses(server: Server) -> list[str]:
    """The bodies of lists with their counts, of one customer, of a stream, and of a next page."""
    with _api_client(server) as client:
        bodies = [_read_body(client, path) for path in PATHS]
        next_page = client.get(LIST).json()["next"].removeprefix(server.environment["PUBLIC_URL"])
        return [*bodies, _read_body(client, next_page), _read_body(client, LIST, NDJSON)]


def _read_body(client: httpx.Client, path: str, headers: dict[str, str] | None = None) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return response.text


def read_customer_counts(server: Server) -> tuple[int, int]:
    """The count of all customers from the triggers, and the number of customers in a stream."""
    with _api_client(server) as client:
        stream = client.get(LIST, headers=NDJSON)
        return client.get(LIST).json()["count"], len(stream.text.splitlines())


def import_page(server: Server, number: int) -> None:
    """Import 50 new customers."""
    output = server.manage("import_customers", "bigevents", str(CAPTURE / f"page-{number}.json"))
    assert "50 created" in output


@contextlib.contextmanager
def serve_copy(of: Server, directory: Path, url: str) -> Iterator[Server]:
    """A second server with the keys and the token of the first server; `url` is its database."""
    shared = {name: of.environment[name] for name in ("SECRET_KEY", "PUBLIC_URL")}
    environment = {**shared, "DATABASE_URL": url}
    (directory / DEMO_TOKEN).write_text(of.token)
    shutil.copytree(of.directory / "static", directory / "static")
    with serve(directory, environment, commands=environment) as server:
        yield server


def _api_client(server: Server) -> httpx.Client:
    headers = {"Authorization": f"Token {server.token}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE)
