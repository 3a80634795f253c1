"""One database of one size: fill it, serve it, ask it.

`python -m benchmarks.run DIRECTORY CUSTOMERS REQUESTS SECONDS`

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
from benchmarks.load import measure_load
from benchmarks.servers import Environment, Server, make_environment, manage, serve, serve_floor
from benchmarks.streams import measure_stream

ROUND: Final = 10
WARM_UP: Final = 20
# A case ends after so many seconds, even with fewer requests.
LONGEST: Final = 8
# As where WEB_CONCURRENCY says nothing else.
WORKERS: Final = 2
COMMANDS: Final = (
    "import_customers, first of all",
    "seed_demo",
    "import_customers, beside others",
    "import_customers, second time",
)
BESIDE_OTHERS: Final = 2

Case = Mapping[str, Any]  # a case of the plan, which is JSON


def main(directory: Path, customers: int, requests: int, seconds: int) -> None:
    """Leaves nothing but files in the directory. Seconds under load; none where that is 0."""
    # So that whatever is open is closed, the servers too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    environment = make_environment(directory, os.environ["DATABASE_URL"])
    commands = _fill(environment, customers)
    _prepare(environment, "write_plan", directory / "plan.json")
    plan = orjson.loads((directory / "plan.json").read_bytes())
    outcome = {"database": plan["database"], "customers": customers, "commands": commands}
    with serve("portal.wsgi", environment) as portal, serve_floor(environment) as floor:
        outcome |= _measure(portal, floor, plan["cases"], requests)
    outcome["machine_load"] = os.getloadavg()[0]
    if seconds:
        with serve("portal.wsgi", {**environment, "WEB_CONCURRENCY": str(WORKERS)}) as portal:
            outcome["under_load"] = measure_load(portal, plan["cases"], seconds)
    outcome["commands"][BESIDE_OTHERS]["floor"] = _copy_rate(environment, directory, customers)
    (directory / "outcome.json").write_bytes(orjson.dumps(outcome))


def _fill(environment: Environment, customers: int) -> list[dict[str, Any]]:
    """Customers per second, with the start of the command, and the memory of each."""
    file = Path(environment["VAR_DIR"]) / "customers.ndjson"
    load = ("import_customers", "rival", str(file))
    _prepare(environment, "make_organizers")
    _prepare(environment, "write_customers", file, customers)
    first = manage(environment, *load)
    _prepare(environment, "drop_customers")
    seeding = manage(environment, "seed_demo", "bigevents", "--customers", str(customers))
    commands = [first, seeding, *(manage(environment, *load) for _time in range(2))]
    file.unlink()
    return [
        {"name": name, "rate": customers / done.seconds, "memory": done.mebibytes}
        for name, done in zip(COMMANDS, commands, strict=True)
    ]


def _copy_rate(environment: Environment, directory: Path, customers: int) -> float:
    """Customers per second where the database alone writes them, beside twice as many others."""
    _prepare(environment, "copy_customers", directory / "seconds")
    return customers / float((directory / "seconds").read_text())


def _prepare(environment: Environment, step: str, *arguments: Path | int) -> None:
    """Call a function of benchmarks.prepare inside Django."""
    call = f"from benchmarks import prepare; prepare.{step}(*{[str(each) for each in arguments]})"
    manage(environment, "shell", "--no-imports", "-c", call)


def _measure(portal: Server, floor: Server, cases: list[Case], requests: int) -> dict[str, Any]:
    ours, theirs = Client(portal.port), Client(floor.port)
    theirs.get("/0", {})
    ours.get(cases[0]["path"], cases[0]["headers"])
    memory = {"first request": _memory(portal, floor, "VmRSS")}
    pages = [(number, case) for number, case in enumerate(cases) if case["kind"] != "stream"]
    streams = [(number, case) for number, case in enumerate(cases) if case["kind"] == "stream"]
    try:
        measured = [_measure_case(ours, theirs, number, case, requests) for number, case in pages]
        memory["peak of all pages"] = _memory(portal, floor, "VmHWM")
        rates = [measure_stream(portal, floor, *stream, LONGEST) for stream in streams]
        memory["peak, with streams"] = _memory(portal, floor, "VmHWM")
    finally:
        ours.close()
        theirs.close()
    return {"cases": measured, "streams": rates, "memory": memory}


def _memory(portal: Server, floor: Server, field: str) -> list[float]:
    return [server.memory(field) for server in (portal, floor)]


def _measure_case(
    ours: Client, theirs: Client, number: int, case: Case, requests: int
) -> dict[str, Any]:
    """Portal and the floor in turns, a round each, so that both see the same weather."""
    times: dict[str, list[float]] = {"portal": [], "floor": []}
    end = monotonic() + LONGEST
    answers = _warm_up(ours, theirs, number, case, min(WARM_UP, -(-requests // 5)))
    _compare(case, *answers)
    # Of a case that is slower than that, two rounds are left, one request each.
    length = min(ROUND, requests) if monotonic() < end - LONGEST / 2 else 1
    while len(times["floor"]) < 2 or (len(times["floor"]) < requests and monotonic() < end):
        for _request in range(length):
            times["portal"].append(ours.get(case["path"], case["headers"]).milliseconds)
        for _request in range(length):
            times["floor"].append(theirs.get(f"/{number}", case["headers"]).milliseconds)
    size, count = len(answers[0].body), len(case["queries"])
    return {"name": case["name"], "goal": case["goal"], "queries": count, "bytes": size, **times}


def _warm_up(
    ours: Client, theirs: Client, number: int, case: Case, requests: int
) -> tuple[Answer, Answer]:
    end = monotonic() + LONGEST / 2
    for _request in range(requests):
        answers = (
            ours.get(case["path"], case["headers"]),
            theirs.get(f"/{number}", case["headers"]),
        )
        if monotonic() > end:
            break
    return answers


def _compare(case: Case, portal: Answer, floor: Answer) -> None:
    """A floor that says less than Portal would be too low."""
    if case["kind"] != "rows" and orjson.loads(portal.body) != orjson.loads(floor.body):
        raise RuntimeError(f"{case['name']}: {portal.body[:2000]!r}\n{floor.body[:2000]!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
