"""20,000 hostile requests to a running Portal: no server error, no customer of another organizer.

FUZZ_SEED=1 repeats the requests of seed 1. FUZZ_REQUESTS sets the number of requests.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPResponse
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest

from e2e.clients.conftest import Api
from e2e.clients.hostile import HostileRequest, RequestGenerator
from e2e.server import EMAIL, MAY_EXPORT, PASSWORD, PATIENCE, Server

REQUESTS: Final = int(os.environ.get("FUZZ_REQUESTS", "20000"))
CONNECTIONS: Final = 4
# Every customer of the other organizer contains this text. No request does, because a response may
# repeat its request.
MARKER: Final = "Qvzkmark"
VAULT: Final = "/api/v1/organizers/vault/customers/"
JSON: Final = {"application/json"}
STREAMS: Final = {"application/x-ndjson; charset=utf-8", "text/csv; charset=utf-8"}
# gunicorn responds in HTML with these statuses, to malformed HTTP and to long requests.
BROKEN: Final = {400, 414, 431, 501, 505}


@dataclass(frozen=True)
class Response:
    """A response. The status is 0 if the server closed the connection without a response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_from_portal(self) -> bool:
        """Whether Django sent the response, not gunicorn."""
        return "x-request-id" in self.headers


class Connection:
    """A persistent connection, which reconnects after the server has closed the connection."""

    def __init__(self, url: str) -> None:
        self._address = (urlsplit(url).hostname, urlsplit(url).port)
        self._socket: socket.socket | None = None

    def send(self, hostile: HostileRequest) -> Response:
        if hostile.ends_connection:
            self.close()
        is_fresh = self._socket is None
        response = self._exchange(hostile)
        if response.status == 0 and not is_fresh:
            response = self._exchange(hostile)
        if response.status == 0 or hostile.ends_connection:
            self.close()
        return response

    def _exchange(self, hostile: HostileRequest) -> Response:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE)
        reader = HTTPResponse(self._socket, method=hostile.method)
        try:
            # The server may close the connection before it has read the whole request.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._socket.sendall(hostile.content)
                if hostile.ends_connection:
                    with suppress(OSError):  # not connected any more: the server has closed
                        self._socket.shutdown(socket.SHUT_WR)
            reader.begin()
            body = reader.read()
        except (BadStatusLine, ConnectionError):
            self.close()
            return Response(0, {}, b"")
        headers = {name.lower(): value for name, value in reader.getheaders()}
        if reader.will_close:
            self.close()
        return Response(reader.status, headers, body)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _get_json(url: str, token: str) -> Any:
    response = httpx.get(url, headers={"Authorization": f"Token {token}"}, timeout=PATIENCE)
    return response.raise_for_status().json()


def _new_token(server: Server, organizer: str, *options: str) -> str:
    printed = server.manage("create_token", organizer, "--name", secrets.token_hex(4), *options)
    return printed.split()[-1]


@pytest.fixture(scope="session")
def vault_token(server: Server) -> str:
    """A token of another organizer. All of its customers contain MARKER."""
    server.manage("create_organizer", "vault", "--name", f"{MARKER} Vault")
    rows = [
        {
            "identifier": f"KNOWN{number}" if number < 9 else f"{MARKER}-{number}",
            "email": f"guest{number}@vault.example"
            if number < 9
            else f"{MARKER}{number}@a.example",
            "name_parts": {"_scheme": "full", "full_name": f"Vera {MARKER}"},
            "external_identifier": f"CRM-{number}-{MARKER}",
            "notes": f"{MARKER} prefers an aisle seat.",
            "is_active": number % 2 == 0,
            "is_verified": True,
            "last_login": None,
            "date_joined": "2024-01-31T10:00:00Z",
            "last_modified": "2024-01-31T10:00:00Z",
            "locale": "de",
        }
        for number in range(120)
    ]
    server.manage("import_customers", "vault", typed="\n".join(map(json.dumps, rows)))
    return _new_token(server, "vault", *MAY_EXPORT)


@pytest.fixture(scope="session")
def arena(server: Server) -> Api:
    """An organizer whose customers the requests may change. No other test reads these customers."""
    server.manage("create_organizer", "arena", "--name", "Arena")
    server.manage("seed_demo", "arena", "--customers", "60")
    return Api(server.url, _new_token(server, "arena", *MAY_EXPORT), "arena")


@pytest.fixture(scope="session")
def cookie(server: Server, arena: Api) -> str:
    """The session of a member, for the HTML pages."""
    server.manage(
        *("create_staff", EMAIL, "--organizer", arena.organizer, "--password-stdin"), typed=PASSWORD
    )
    with httpx.Client(base_url=server.url) as client:
        client.get("/sign-in/")
        token = client.cookies["csrftoken"]
        form = {"csrfmiddlewaretoken": token, "username": EMAIL, "password": PASSWORD}
        assert client.post("/sign-in/", data=form).status_code == 302
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@pytest.fixture(scope="session")
def generator(server: Server, arena: Api, vault_token: str, cookie: str) -> RequestGenerator:
    seed = int(os.environ.get("FUZZ_SEED", secrets.randbelow(10**6)))
    full = _new_token(
        server,
        arena.organizer,
        *(
            f"--permission=organizer.customers{name}"
            for name in (":read", ".notes:read", ":write", ":export")
        ),
        "--all-fields",
    )
    ours = _get_json(f"{arena.customers}?page_size=7", arena.token)
    theirs = _get_json(f"{server.url}{VAULT}", vault_token)["next"]
    return RequestGenerator(
        seed,
        document=_get_json(f"{server.url}/api/v1/openapi.json", arena.token),
        tokens=[arena.token, arena.token, full, _new_token(server, "bigevents")],
        cookie=cookie,
        organizers=[arena.organizer] * 6 + ["vault", "vault", "bigevents", "unknown"],
        identifiers=[
            *(row["identifier"] for row in ours["results"][:5]),
            "KNOWN1",
            "KNOWN2",
            "NOPE",
        ],
        cursors=[link.partition("cursor=")[2].partition("&")[0] for link in (ours["next"], theirs)],
    )


def test_the_check_finds_a_leak(server: Server, vault_token: str) -> None:
    """With a token of the other organizer, every field of every customer contains MARKER."""
    for field in ("identifier", "email", "name", "name_parts"):
        rows = _get_json(f"{server.url}{VAULT}?fields={field}&page=last", vault_token)["results"]

        assert all(MARKER.lower() in json.dumps(row).lower() for row in rows)


def test_hostile_requests_get_no_server_error_and_no_foreign_customer(
    server: Server, generator: RequestGenerator
) -> None:
    print(f"FUZZ_SEED={generator.seed}, {REQUESTS} requests")  # noqa: T201  to repeat the run
    parts = [range(start, REQUESTS, CONNECTIONS) for start in range(CONNECTIONS)]

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        runs = [threads.submit(_send_generated, server.url, generator, part) for part in parts]
        statuses = sum((run.result() for run in runs), Counter[int]())

    print(dict(sorted(statuses.items())))  # noqa: T201
    assert sum(statuses.values()) == REQUESTS
    # Without these statuses, the requests would have reached only a part of the code.
    assert {200, 301, 302, 400, 401, 403, 404, 405, 406, 413, 414, 422} <= set(statuses)
    assert statuses[200] > REQUESTS / 10


def _send_generated(url: str, generator: RequestGenerator, numbers: Sequence[int]) -> Counter[int]:
    connection, statuses = Connection(url), Counter[int]()
    try:
        for number in numbers:
            hostile = generator.request(number)
            response = connection.send(hostile)
            statuses[response.status] += 1
            if problems := [*_problems(hostile, response)]:
                request = hostile.content[:2_000]
                pytest.fail(f"{problems}\nFUZZ_SEED={generator.seed}, number {number}: {request!r}")
    finally:
        connection.close()
    return statuses


def _problems(hostile: HostileRequest, response: Response) -> Iterator[str]:
    if response.status >= 500 and (response.is_from_portal or not hostile.ends_connection):
        yield f"status {response.status}: {response.body[:300]!r}"
    if response.status == 0 and not hostile.ends_connection:
        yield "no response"
    if MARKER.lower().encode() in response.body.lower():
        yield f"a customer of another organizer: {response.body[:300]!r}"
    if response.status and not response.is_from_portal:
        if response.status not in BROKEN:
            yield f"status {response.status} from the HTTP server: {response.body[:300]!r}"
    elif response.status and hostile.path.startswith("/api/v1/"):
        yield from _format_problems(hostile, response)


def _format_problems(hostile: HostileRequest, response: Response) -> Iterator[str]:
    kind = response.headers.get("content-type", "")
    if response.status == 301 and not response.body:
        return
    if kind not in JSON | (STREAMS if response.status == 200 else set()):
        yield f"{kind} with status {response.status}: {response.body[:300]!r}"
    elif kind in JSON and hostile.method != "HEAD":
        json.loads(response.body)
