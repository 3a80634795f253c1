"""Records the responses to clients during a fault, and the time until requests succeed again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, NamedTuple

import httpx

from e2e.server import EMAIL, PASSWORD, PATIENCE, Server

LIST: Final = "/api/v1/organizers/bigevents/customers/"
PAGE: Final = "/organizers/bigevents/customers/"
DATA: Final = (LIST, f"{LIST}?search=an", PAGE)
WITHOUT_DATA: Final = ("/sign-in/", "/static/icon.svg")
PAUSE: Final = 0.02  # seconds between the requests of a client
BROKEN: Final = 0  # the status of a request without a response
# The number of successful requests in a row after which a client has recovered.
SUCCESSES: Final = 10


class Response(NamedTuple):
    """The start of a request, the seconds until its response, and the status."""

    path: str
    sent: float
    seconds: float
    status: int


@dataclass(frozen=True)
class Observation:
    """The responses of all clients, and the start and end of the fault."""

    responses: Sequence[Response]
    began: float
    ended: float

    def statuses(self, *paths: str) -> Counter[int]:
        """The number of responses by status since the fault began, for these paths or all."""
        return Counter(
            each.status
            for each in self.responses
            if each.sent + each.seconds >= self.began and (not paths or each.path in paths)
        )

    def slowest(self, *paths: str) -> float:
        """The slowest response in seconds since the start of the fault, for these paths."""
        return max(
            each.seconds
            for each in self.responses
            if each.sent + each.seconds >= self.began and each.path in paths
        )

    @property
    def recovery(self) -> float:
        """Seconds from the end of the fault to the end of the last failed request, or 0."""
        failures = [each for each in self.responses if each.status != 200]
        last = max((each.sent + each.seconds for each in failures), default=self.ended)
        return max(0.0, last - self.ended)


class _Client(threading.Thread):
    """Sends requests for these paths in turns, on one connection, until `stop` is set."""

    def __init__(self, client: httpx.Client, paths: Sequence[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._client, self._paths, self._stopping = client, paths, stop
        self.responses: list[Response] = []

    def run(self) -> None:
        with closing(self._client):
            while not self._stopping.wait(PAUSE):
                self._get(self._paths[len(self.responses) % len(self._paths)])

    def _get(self, path: str) -> None:
        sent = monotonic()
        try:
            status = self._client.get(path).status_code
        except httpx.TransportError:
            status = BROKEN
        self.responses.append(Response(path, sent, monotonic() - sent, status))

    def succeeds(self, since: float) -> bool:
        """Whether the latest requests were sent after this time and succeeded."""
        latest = [each for each in self.responses[-SUCCESSES:] if each.sent >= since]
        return len(latest) == SUCCESSES and {each.status for each in latest} == {200}


def observe(
    server: Server, fault: AbstractContextManager[object], *, seconds: float
) -> Observation:
    """Send requests before the fault, during the fault for `seconds`, and until all succeed.

    Raises TimeoutError if requests still fail after the fault.
    """
    with _clients(server) as clients:
        _wait_for_success(clients, since=0)
        began = monotonic()
        with fault:
            threading.Event().wait(seconds)
        ended = monotonic()
        _wait_for_success(clients, since=ended)
    return Observation([each for client in clients for each in client.responses], began, ended)


@contextmanager
def _clients(server: Server) -> Iterator[list[_Client]]:
    stop = threading.Event()
    clients = [
        *(_Client(_api_client(server), DATA[:2], stop) for _number in range(2)),
        _Client(_member_client(server), DATA[2:], stop),
        *(_Client(_anonymous_client(server), [path], stop) for path in WITHOUT_DATA),
    ]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        stop.set()
        for client in clients:
            client.join(PATIENCE)


def _wait_for_success(clients: Sequence[_Client], *, since: float) -> None:
    pause = threading.Event()
    deadline = monotonic() + PATIENCE
    while not all(client.succeeds(since) for client in clients):
        if monotonic() > deadline:
            raise TimeoutError([client.responses[-1] for client in clients])
        pause.wait(PAUSE)


def _anonymous_client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=PATIENCE)


def _api_client(server: Server) -> httpx.Client:
    headers = {"Authorization": f"Token {server.token}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE)


def _member_client(server: Server) -> httpx.Client:
    client = _anonymous_client(server)
    client.get("/sign-in/")
    token = client.cookies["csrftoken"]
    form = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/sign-in/", data=form).status_code == 302
    return client
