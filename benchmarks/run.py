"""One database engine: a database of each size is filled, then all are served and asked.

`python -m benchmarks.run DIRECTORY REQUESTS SECONDS CUSTOMERS...`

The databases are SQLite's, in the directory, or beside the one that DATABASE_URL names. What was
measured is written to `outcomes.json` there, an outcome for each size.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg

from benchmarks.load import measure_load
from benchmarks.meter import LONGEST, Meter, Site, open_site
from benchmarks.servers import Environment, make_environment, manage, serve
from benchmarks.streams import measure_stream

# As where WEB_CONCURRENCY says nothing else.
WORKERS: Final = 2
COMMANDS: Final = (
    "import_customers, first of all",
    "seed_demo",
    "import_customers, beside others",
    "import_customers, second time",
)
BESIDE_OTHERS: Final = 2


def main(directory: Path, requests: int, seconds: int, *sizes: int) -> None:
    """Leaves nothing but files in the directory. Seconds under load; none where that is 0."""
    # So that whatever is open is closed, the servers too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    environments = [_make_database(directory, customers) for customers in sizes]
    outcomes: list[dict[str, Any]] = [
        {"customers": size, "commands": _fill(each, size)}
        for each, size in zip(environments, sizes, strict=True)
    ]
    plans = [_make_plan(each) for each in environments]
    with ExitStack() as stack:
        pairs = zip(environments, plans, strict=True)
        sites = [stack.enter_context(open_site(each, plan["cases"])) for each, plan in pairs]
        for outcome, found in zip(outcomes, _measure(sites, requests), strict=True):
            outcome |= {"database": plans[0]["database"], **found}
    largest, environment = outcomes[-1], environments[-1]
    largest["machine_load"] = os.getloadavg()[0]
    if seconds:
        with serve("portal.wsgi", {**environment, "WEB_CONCURRENCY": str(WORKERS)}) as portal:
            largest["under_load"] = measure_load(portal, plans[-1]["cases"], seconds)
    largest["commands"][BESIDE_OTHERS]["floor"] = _copy_rate(environment, sizes[-1])
    (directory / "outcomes.json").write_bytes(orjson.dumps(outcomes))


def _make_database(directory: Path, customers: int) -> Environment:
    """An empty one, and a directory for whatever belongs to it."""
    own = directory / str(customers)
    own.mkdir()
    url = os.environ.get("DATABASE_URL")
    if not url:
        return make_environment(own, f"sqlite:///{own}/portal.sqlite3")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{customers}"'.encode())
    return make_environment(own, f"{url.rpartition('/')[0]}/{customers}")


def _fill(environment: Environment, customers: int) -> list[dict[str, Any]]:
    """Customers per second, with the start of the command, and the memory of each."""
    file = Path(environment["VAR_DIR"]) / "customers.ndjson"
    load = ("import_customers", "rival", str(file))
    _prepare(environment, "prepare.make_organizers")
    _prepare(environment, "prepare.write_customers", file, customers)
    first = manage(environment, *load)
    _prepare(environment, "prepare.drop_customers")
    seeding = manage(environment, "seed_demo", "bigevents", "--customers", str(customers))
    commands = [first, seeding, *(manage(environment, *load) for _time in range(2))]
    file.unlink()
    return [
        {"name": name, "rate": customers / done.seconds, "memory": done.mebibytes}
        for name, done in zip(COMMANDS, commands, strict=True)
    ]


def _make_plan(environment: Environment) -> Any:
    path = Path(environment["FLOOR_PLAN"])
    _prepare(environment, "prepare.write_plan", path)
    return orjson.loads(path.read_bytes())


def _copy_rate(environment: Environment, customers: int) -> float:
    """Customers per second where the database alone writes them, beside twice as many others."""
    path = Path(environment["VAR_DIR"]) / "seconds"
    _prepare(environment, "copying.copy_customers", path)
    return customers / float(path.read_text())


def _prepare(environment: Environment, step: str, *arguments: Path | int) -> None:
    """Call a function of a module of the benchmarks inside Django."""
    module = step.partition(".")[0]
    call = f"from benchmarks import {module}; {step}(*{[str(each) for each in arguments]})"
    manage(environment, "shell", "--no-imports", "-c", call)


def _measure(sites: Sequence[Site], requests: int) -> list[dict[str, Any]]:
    memory = [{"first request": site.memory("VmRSS")} for site in sites]
    kinds = [case["kind"] for case in sites[0].cases]
    pages = [number for number, kind in enumerate(kinds) if kind != "stream"]
    measured = [_measure_case(sites, number, requests) for number in pages]
    for seen, site in zip(memory, sites, strict=True):
        seen["peak of all pages"] = site.memory("VmHWM")
    streams = [_measure_streams(site) for site in sites]
    for seen, site in zip(memory, sites, strict=True):
        seen["peak, with streams"] = site.memory("VmHWM")
    return [
        {"cases": cases, "streams": rates, "memory": seen}
        for cases, rates, seen in zip(zip(*measured, strict=True), streams, memory, strict=True)
    ]


def _measure_case(sites: Sequence[Site], number: int, requests: int) -> list[dict[str, Any]]:
    """All sizes in turns, a round each, so that growth is theirs and not the machine's."""
    meters = [Meter(site, number, requests) for site in sites]
    while waiting := [meter for meter in meters if not meter.is_done]:
        for meter in waiting:
            meter.measure_round()
    return [meter.outcome for meter in meters]


def _measure_streams(site: Site) -> list[Any]:
    streams = [(n, case) for n, case in enumerate(site.cases) if case["kind"] == "stream"]
    return [measure_stream(site.portal, site.floor, *stream, LONGEST) for stream in streams]


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
