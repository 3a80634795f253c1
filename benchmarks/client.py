"""An HTTP client with one open connection and little overhead."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final

TIMEOUT: Final = 60  # seconds
CHUNK: Final = 1 << 18


class UnexpectedResponse(Exception):
    """The status is not 200, or the response has no Content-Length."""


@dataclass(frozen=True)
class Response:
    """The body, and the milliseconds from the first sent byte to the last received byte."""

    body: bytes
    milliseconds: float


class Client:
    """Sends one request after another to one server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connect()

    def close(self) -> None:
        self._socket.close()

    def get(self, path: str, headers: Mapping[str, str]) -> Response:
        """Raises UnexpectedResponse."""
        message = self._request_bytes(path, headers)
        try:
            return self._send_and_receive(message)
        except ConnectionError:
            # The server closes a connection after two idle seconds.
            self.reconnect()
            return self._send_and_receive(message)

    def reconnect(self) -> None:
        """Open a new connection after a failed request, whose response may still arrive."""
        self._socket.close()
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _request_bytes(self, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def _send_and_receive(self, message: bytes) -> Response:
        started = perf_counter()
        self._socket.sendall(message)
        head, body = self._receive_head()
        length = _content_length(head)
        while len(body) < length:
            body += self._receive()
        took = perf_counter() - started
        if not head.startswith(b"HTTP/1.1 200 "):
            raise UnexpectedResponse(f"{message!r}\n{head!r}\n{body[:1000]!r}")
        return Response(bytes(body), took * 1000)

    def _receive_head(self) -> tuple[bytes, bytearray]:
        """The headers, and the part of the body that arrived with the headers."""
        received = bytearray()
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        return bytes(head), body

    def _receive(self) -> bytes:
        received = self._socket.recv(CHUNK)
        if not received:
            raise ConnectionResetError("The server closed the connection.")
        return received


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise UnexpectedResponse(f"No Content-Length: {head!r}")
