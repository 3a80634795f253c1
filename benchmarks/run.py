"""One database: fill it, serve it, ask it. `python -m benchmarks.run DIRECTORY CUSTOMERS REQUESTS`.

The database is the one that DATABASE_URL names; it has to be empty. What was measured is written
to `outcome.json` in the directory.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final

import orjson

from benchmarks.client import Answer, Client
from benchmarks.servers import Environment, Server, make_environment, manage, serve, serve_floor
from benchmarks.streams import measure_stream

ROUND: Final = 10
WARM_UP: Final = 20
# A case ends after so many seconds, even with fewer requests.
LONGEST: Final = 20

Case = Mapping[str, Any]  # a case of the plan, which is JSON


def main(directory: Path, customers: int, requests: int) -> None:
    """Leaves nothing but files in the directory."""
    # So that whatever is open is closed, the servers too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    environment = make_environment(directory, os.environ["DATABASE_URL"])
    rates = _fill(environment, customers)
    _prepare(environment, "write_plan", directory / "plan.json")
    plan = orjson.loads((directory / "plan.json").read_bytes())
    with serve("portal.wsgi", environment) as portal, serve_floor(environment) as floor:
        outcome = {"database": plan["database"], "rates": rates}
        outcome |= _measure(portal, floor, plan["cases"], requests)
    outcome["load"] = os.getloadavg()[0]
    (directory / "outcome.json").write_bytes(orjson.dumps(outcome))


def _fill(environment: Environment, customers: int) -> dict[str, float]:
    """Customers per second, with the start of the command."""
    file = Path(environment["VAR_DIR"]) / "customers.ndjson"
    _prepare(environment, "make_organizers")
    seeding = manage(environment, "seed_demo", "bigevents", "--customers", str(customers))
    _prepare(environment, "write_customers", file)
    loading = [manage(environment, "import_customers", "rival", str(file)) for _time in range(2)]
    steps = ("seed_demo", "import_customers, first time", "import_customers, second time")
    return {step: customers / took for step, took in zip(steps, [seeding, *loading], strict=True)}


def _prepare(environment: Environment, step: str, *path: Path) -> None:
    """Call a function of benchmarks.prepare inside Django."""
    call = f"from benchmarks import prepare; prepare.{step}(*{[str(each) for each in path]})"
    manage(environment, "shell", "--no-imports", "-c", call)


def _measure(portal: Server, floor: Server, cases: list[Case], requests: int) -> dict[str, Any]:
    ours, theirs = Client(portal.port), Client(floor.port)
    theirs.get("/0", {})
    ours.get(cases[0]["path"], cases[0]["headers"])
    before = portal.memory("VmRSS"), floor.memory("VmRSS")
    pages = [(number, case) for number, case in enumerate(cases) if case["kind"] != "stream"]
    streams = [(number, case) for number, case in enumerate(cases) if case["kind"] == "stream"]
    try:
        measured = [_measure_case(ours, theirs, number, case, requests) for number, case in pages]
        rates = [measure_stream(portal, floor, number, case) for number, case in streams]
    finally:
        ours.close()
        theirs.close()
    peak = portal.memory("VmHWM"), floor.memory("VmHWM")
    return {"cases": measured, "streams": rates, "memory": {"first request": before, "peak": peak}}


def _measure_case(
    ours: Client, theirs: Client, number: int, case: Case, requests: int
) -> dict[str, Any]:
    """Portal and the floor in turns, a round each, so that both see the same weather."""
    times: dict[str, list[float]] = {"portal": [], "floor": []}
    answers = _warm_up(ours, theirs, number, case, min(WARM_UP, requests // 5))
    _compare(case, *answers)
    end = monotonic() + LONGEST
    while not times["floor"] or (len(times["floor"]) < requests and monotonic() < end):
        for _request in range(ROUND):
            times["portal"].append(ours.get(case["path"], case["headers"]).milliseconds)
        for _request in range(ROUND):
            times["floor"].append(theirs.get(f"/{number}", case["headers"]).milliseconds)
    size = len(answers[0].body)
    return {"name": case["name"], "queries": len(case["queries"]), "bytes": size, **times}


def _warm_up(
    ours: Client, theirs: Client, number: int, case: Case, requests: int
) -> tuple[Answer, Answer]:
    for _request in range(requests):
        answers = (
            ours.get(case["path"], case["headers"]),
            theirs.get(f"/{number}", case["headers"]),
        )
    return answers


def _compare(case: Case, portal: Answer, floor: Answer) -> None:
    """A floor that says less than Portal would be too low."""
    if case["kind"] != "rows" and orjson.loads(portal.body) != orjson.loads(floor.body):
        raise RuntimeError(f"{case['name']}: {portal.body[:2000]!r}\n{floor.body[:2000]!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
