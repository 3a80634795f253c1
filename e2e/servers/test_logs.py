"""The logs of a real server: JSON, without customer data, search terms and secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from e2e.raw import Response, make_request_bytes, send_bytes
from e2e.server import Server, serve
from e2e.steps import BIGEVENTS

API = "/api/v1/organizers/bigevents/customers/"
SECRET = "qzx7secret"
EMAIL = f"{SECRET}@example.org"
# Searches, filters, cursors and paths of hostile clients.
TARGETS = [
    f"{API}?search={SECRET}",
    f"{API}?email={quote(EMAIL)}",
    f"{API}?cursor={SECRET}",
    f"{API}?is_active={SECRET}",
    f"{API}?search={SECRET} unencoded",
    f"{API}?{'x' * 9000}={SECRET}",
    f"http://127.0.0.1{API}?search={SECRET}",
    f"{BIGEVENTS}?search={SECRET}",
    f"{BIGEVENTS.rstrip('/')}?search={SECRET}",
    f"/nothing/?{SECRET}",
    f"/sign-in/?next={quote(f'{BIGEVENTS}?search={SECRET}')}",
]


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Server]:
    """A server with JSON logs, and with an access log at an unusual path."""
    access_log = directory / "access 100%s.log"
    environment = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "ACCESS_LOG": str(access_log)}
    with serve(directory, environment) as server:
        yield server


def _access_log(server: Server) -> str:
    return (server.directory / "access 100%s.log").read_text()


def _get(server: Server, target: str, *headers: str) -> Response:
    return send_bytes(
        server, make_request_bytes(target, f"Authorization: Token {server.token}", *headers)
    )


def test_every_line_is_json(server: Server) -> None:
    response = _get(server, f"{API}?search={SECRET}", f"X-{SECRET}: {SECRET}")

    lines = [json.loads(line) for line in _access_log(server).splitlines()]
    [line] = [line for line in lines if line["request_id"] == response.headers["x-request-id"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", API, 200)
    assert line["milliseconds"] > 0
    assert all(json.loads(line)["level"] for line in server.log.splitlines())


@pytest.mark.parametrize("target", ["*", "//double/", "/%ff%00/", "/100%s%(s)s/", "/a;b"])
def test_a_request_with_any_path_is_logged(server: Server, target: str) -> None:
    before = len(_access_log(server))

    send_bytes(server, make_request_bytes(target, method="OPTIONS" if target == "*" else "GET"))

    [line] = _access_log(server)[before:].splitlines()
    assert json.loads(line)["path"].isascii()


@pytest.mark.parametrize("target", TARGETS)
def test_a_search_is_in_no_log(server: Server, target: str) -> None:
    _get(server, target, f"Referer: {server.url}{BIGEVENTS}?search={SECRET}")

    assert SECRET not in server.log + _access_log(server)


def test_the_email_of_a_failed_sign_in_is_in_no_log(server: Server) -> None:
    page = send_bytes(server, make_request_bytes("/sign-in/"))
    token = page.headers["set-cookie"].partition(";")[0].removeprefix("csrftoken=")
    form: dict[str, Any] = {"username": EMAIL, "password": SECRET, "csrfmiddlewaretoken": token}
    headers = (f"Cookie: csrftoken={token}", "Content-Type: application/x-www-form-urlencoded")

    for attempt in ({}, {"csrfmiddlewaretoken": SECRET}, *[{}] * 5):
        body = urlencode({**form, **attempt}).encode()
        send_bytes(server, make_request_bytes("/sign-in/", *headers, method="POST", body=body))

    assert SECRET not in server.log + _access_log(server)
