"""A small HTTP server in a thread, with responses that a test chooses."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

LIST = "/api/v1/organizers/bigevents/customers/"


class Reply(NamedTuple):
    """A response of the server. If its Content-Length is too large, the connection breaks off."""

    content: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


class Received(NamedTuple):
    """A received request: its path with the query string, and its header Authorization."""

    path: str
    authorization: str | None


class Server(ThreadingHTTPServer):
    """Responds to each request with `respond(path)`, and stores the requests."""

    def __init__(self, respond: Callable[[str], Reply], scheme: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.received: list[Received] = []
        self.origin = f"{scheme}://127.0.0.1:{self.server_port}"
        self.url = f"{self.origin}{LIST}"

    def handle_error(self, *_: object) -> None:
        """Ignore a client that closes the connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.received.append(Received(self.path, self.headers["Authorization"]))
        reply = self.server.respond(self.path)
        self.send_response(reply.status)
        length = {"Content-Length": str(len(reply.content)), "Connection": "close"}
        for name, value in {**length, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, *_: object) -> None:
        """Log nothing to standard error."""


@contextmanager
def serving(
    respond: Callable[[str], Reply], *, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """A running server on a free port of the loopback interface."""
    server = Server(respond, "https" if tls else "http")
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def as_json(content: object, status: int = 200, **headers: str) -> Reply:
    """A response with JSON. Underscores in the names of headers become dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        json.dumps(content).encode(), status, {"Content-Type": "application/json", **named}
    )


def page(*customers: Mapping[str, Any], total: int | None = None, link: str | None = None) -> Reply:
    """A page of the API.

    `total` defaults to the number of `customers`; `link` is the value of `next`.
    """
    count = len(customers) if total is None else total
    return as_json({"count": count, "next": link, "previous": None, "results": customers})
