"""The times of one case at one site, of Portal and of the floor, a round after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import orjson

from benchmarks.client import Answer, Client
from benchmarks.servers import Environment, Server, serve, serve_floor

ROUND: Final = 10
WARM_UP: Final = 20
# A case ends after so many seconds of its own, even with fewer requests.
LONGEST: Final = 8

Case = Mapping[str, Any]  # a case of the plan, which is JSON


@dataclass(frozen=True)
class Site:
    """Portal and the floor before a database of one size, and what they are asked."""

    portal: Server
    floor: Server
    ours: Client
    theirs: Client
    cases: Sequence[Case]

    def memory(self, field: str) -> list[float]:
        """MiB of a worker of each."""
        return [server.memory(field) for server in (self.portal, self.floor)]


@contextmanager
def open_site(environment: Environment, cases: Sequence[Case]) -> Iterator[Site]:
    """Both servers, and a connection to each."""
    with ExitStack() as stack:
        portal = stack.enter_context(serve("portal.wsgi", environment))
        floor = stack.enter_context(serve_floor(environment))
        ours, theirs = (stack.enter_context(closing(Client(s.port))) for s in (portal, floor))
        theirs.get("/0", {})
        ours.get(cases[0]["path"], cases[0]["headers"])
        yield Site(portal, floor, ours, theirs, cases)


class Meter:
    """Warms up as it is made."""

    def __init__(self, site: Site, number: int, requests: int) -> None:
        self._site = site
        self._number = number
        self._requests = requests
        self._case = site.cases[number]
        self._seconds = 0.0
        self._times: dict[str, list[float]] = {"portal": [], "floor": []}
        answers = self._warm_up(min(WARM_UP, -(-requests // 5)))
        _compare(self._case, *answers)
        self._bytes = len(answers[0].body)
        # Of a case that is slower than that, two rounds are left, one request each.
        self._round = min(ROUND, requests) if self._seconds < LONGEST / 2 else 1

    @property
    def is_done(self) -> bool:
        done = len(self._times["floor"])
        return done >= 2 and (done >= self._requests or self._seconds > LONGEST)

    def measure_round(self) -> None:
        """Portal, then the floor, so that both see the same weather."""
        start = monotonic()
        for _request in range(self._round):
            self._times["portal"].append(self._ask_portal().milliseconds)
        for _request in range(self._round):
            self._times["floor"].append(self._ask_floor().milliseconds)
        self._seconds += monotonic() - start

    @property
    def outcome(self) -> dict[str, Any]:
        case = self._case
        about = {"name": case["name"], "goal": case["goal"], "queries": len(case["queries"])}
        return {**about, "bytes": self._bytes, **self._times}

    def _warm_up(self, requests: int) -> tuple[Answer, Answer]:
        start = monotonic()
        for _request in range(requests):
            answers = self._ask_portal(), self._ask_floor()
            self._seconds = monotonic() - start
            if self._seconds > LONGEST / 2:
                break
        return answers

    def _ask_portal(self) -> Answer:
        return self._site.ours.get(self._case["path"], self._case["headers"])

    def _ask_floor(self) -> Answer:
        return self._site.theirs.get(f"/{self._number}", self._case["headers"])


def _compare(case: Case, portal: Answer, floor: Answer) -> None:
    """A floor that says less than Portal would be too low."""
    if case["kind"] != "rows" and orjson.loads(portal.body) != orjson.loads(floor.body):
        raise RuntimeError(f"{case['name']}: {portal.body[:2000]!r}\n{floor.body[:2000]!r}")
