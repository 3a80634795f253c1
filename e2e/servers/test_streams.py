"""Streams over real connections: the limit of concurrent streams, and disconnected clients."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from e2e.raw import Response, make_request_bytes, send_bytes
from e2e.server import MAY_EXPORT, PATIENCE, Server, serve

LIST = "/api/v1/organizers/bigevents/customers/"
NDJSON = "Accept: application/x-ndjson"
PROCESSES = 2
# A stream with this number of customers does not fit into the buffers of the connection, so the
# server waits until the client reads.
CUSTOMERS = 15_000
BUFFER = 4096  # bytes


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Server]:
    """A server with several processes, which share the limit of streams of a token."""
    environment = {"WEB_CONCURRENCY": str(PROCESSES)}
    with serve(directory, environment) as server:
        server.manage("seed_demo", "bigevents", "--customers", str(CUSTOMERS), "--seed", "3")
        yield server


@pytest.fixture(scope="module")
def tokens(server: Server) -> list[str]:
    names = ("first", "second", "third")
    output = server.manage_at_once(
        *[("create_token", "bigevents", "--name", name, *MAY_EXPORT) for name in names]
    )
    return output.split()


@contextlib.contextmanager
def _connection(server: Server, token: str) -> Iterator[socket.socket]:
    """A connection with a requested stream, of which nothing is read yet."""
    place = urlsplit(server.url)
    with socket.socket() as connection:
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        connection.connect((place.hostname, place.port))
        connection.sendall(make_request_bytes(LIST, f"Authorization: Token {token}", NDJSON))
        yield connection


@contextlib.contextmanager
def _stream(server: Server, token: str) -> Iterator[HTTPResponse]:
    """A stream of which the client has read only the headers."""
    with _connection(server, token) as connection:
        response = HTTPResponse(connection)
        response.begin()
        yield response


def _read_stream(server: Server, token: str) -> Response:
    return send_bytes(server, make_request_bytes(LIST, f"Authorization: Token {token}", NDJSON))


def _until_a_stream_is_served(server: Server, token: str) -> None:
    """Retry until a stream is served: only a write shows that the client is disconnected."""
    for _attempt in range(PATIENCE * 20):
        if _read_stream(server, token).status == 200:
            return
    raise TimeoutError


def test_the_third_stream_of_a_token_is_rejected(server: Server) -> None:
    with _stream(server, server.token) as first, _stream(server, server.token) as second:
        third = _read_stream(server, server.token)
        lines = [len(stream.read().splitlines()) for stream in (first, second)]

    assert (first.status, second.status, third.status) == (200, 200, 429)
    assert third.headers["retry-after"] == "10"
    assert (
        third.json["detail"] == "Two of your streams are running. Expected available in 10 seconds."
    )
    assert lines[0] == lines[1] > CUSTOMERS
    assert _read_stream(server, server.token).status == 200


def test_streams_use_at_most_half_of_the_threads(server: Server, tokens: list[str]) -> None:
    with contextlib.ExitStack() as stack:
        statuses = [stack.enter_context(_stream(server, token)).status for token in tokens * 2]
        page = send_bytes(server, make_request_bytes(LIST, f"Authorization: Token {server.token}"))

    assert set(statuses) == {200, 429}
    assert 2 <= statuses.count(200) <= 2 * PROCESSES
    assert page.status == 200


def test_a_stream_of_a_disconnected_client_is_no_longer_counted(server: Server) -> None:
    for _time in range(3):
        with _stream(server, server.token), _stream(server, server.token) as second:
            second.read(100)

        _until_a_stream_is_served(server, server.token)


def test_a_client_that_disconnects_before_the_first_byte_releases_its_stream(
    server: Server,
) -> None:
    for _client in range(12):
        with _connection(server, server.token):
            pass

    _until_a_stream_is_served(server, server.token)
    with _stream(server, server.token) as first, _stream(server, server.token) as second:
        assert (first.status, second.status) == (200, 200)
