"""Sends requests as bytes, also malformed requests, which client libraries do not send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from e2e.server import PATIENCE, Server


@dataclass(frozen=True)
class Response:
    """Everything that the server sent before the end of the connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send_bytes(server: Server, content: bytes, *, sender: str = "127.0.0.1") -> Response:
    """Send these bytes, and return the response. Fails if the server sends a second response."""
    url = urlsplit(server.url)
    address = (url.hostname, url.port)
    with socket.create_connection(address, PATIENCE, (sender, 0)) as connection:
        connection.sendall(content)
        response = HTTPResponse(connection, method=content.split(b" ")[0].decode("latin-1"))
        response.begin()
        body = response.read()
        assert connection.recv(1) == b"", "a second response"
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, body)


def make_request_bytes(
    target: str, *headers: str, method: str = "GET", host: str = "127.0.0.1", body: bytes = b""
) -> bytes:
    """The bytes of a request with this target and these headers."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
