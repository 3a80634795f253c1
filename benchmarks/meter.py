"""Measures the times of one case, of Portal and of the floor in alternating rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import orjson

from benchmarks.client import Client, Response
from benchmarks.servers import Environment, Server, serve, serve_floor

ROUND: Final = 10
WARM_UP: Final = 20
# A case ends after this number of seconds, even with fewer requests.
LONGEST: Final = 8

Case = Mapping[str, Any]  # a case of the plan, which is JSON


@dataclass(frozen=True)
class MeasuredServers:
    """Portal and the floor on one database, with an HTTP client for each, and the cases."""

    portal: Server
    floor: Server
    portal_client: Client
    floor_client: Client
    cases: Sequence[Case]

    def memory(self, field: str) -> list[float]:
        """The memory in MiB of a worker of Portal and of a worker of the floor."""
        return [server.memory(field) for server in (self.portal, self.floor)]


@contextmanager
def run_measured_servers(
    environment: Environment, cases: Sequence[Case]
) -> Iterator[MeasuredServers]:
    """Run both servers during the block. Each server has responded once."""
    with ExitStack() as stack:
        portal = stack.enter_context(serve("portal.wsgi", environment))
        floor = stack.enter_context(serve_floor(environment))
        portal_client = stack.enter_context(closing(Client(portal.port)))
        floor_client = stack.enter_context(closing(Client(floor.port)))
        portal_client.get(cases[0]["path"], cases[0]["headers"])
        floor_client.get("/0", {})
        yield MeasuredServers(portal, floor, portal_client, floor_client, cases)


class CaseMeter:
    """The times of one case. The constructor warms up both servers."""

    def __init__(self, site: MeasuredServers, number: int, requests: int) -> None:
        self._site = site
        self._number = number
        self._requests = requests
        self._case = site.cases[number]
        self._seconds = 0.0
        self._times: dict[str, list[float]] = {"portal": [], "floor": []}
        responses = self._warm_up(min(WARM_UP, -(-requests // 5)))
        _require_equal_bodies(self._case, *responses)
        self._bytes = len(responses[0].body)
        # A slow case has two rounds of one request.
        self._round = min(ROUND, requests) if self._seconds < LONGEST / 2 else 1

    @property
    def is_done(self) -> bool:
        done = len(self._times["floor"])
        return done >= 2 and (done >= self._requests or self._seconds > LONGEST)

    def measure_round(self) -> None:
        """Measure Portal, then the floor, so that other programs slow both equally."""
        start = monotonic()
        for _request in range(self._round):
            self._times["portal"].append(self._get_from_portal().milliseconds)
        for _request in range(self._round):
            self._times["floor"].append(self._get_from_floor().milliseconds)
        self._seconds += monotonic() - start

    @property
    def outcome(self) -> dict[str, Any]:
        case = self._case
        description = {"name": case["name"], "goal": case["goal"], "queries": len(case["queries"])}
        return {**description, "bytes": self._bytes, **self._times}

    def _warm_up(self, requests: int) -> tuple[Response, Response]:
        start = monotonic()
        for _request in range(requests):
            responses = self._get_from_portal(), self._get_from_floor()
            self._seconds = monotonic() - start
            if self._seconds > LONGEST / 2:
                break
        return responses

    def _get_from_portal(self) -> Response:
        return self._site.portal_client.get(self._case["path"], self._case["headers"])

    def _get_from_floor(self) -> Response:
        return self._site.floor_client.get(f"/{self._number}", self._case["headers"])


def _require_equal_bodies(case: Case, portal: Response, floor: Response) -> None:
    """Raises RuntimeError unless the floor returns the same body as Portal."""
    if case["kind"] != "rows" and orjson.loads(portal.body) != orjson.loads(floor.body):
        raise RuntimeError(f"{case['name']}: {portal.body[:2000]!r}\n{floor.body[:2000]!r}")
