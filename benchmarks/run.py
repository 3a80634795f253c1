"""Fills databases of several sizes, all SQLite or all PostgreSQL, and measures their servers.

`python -m benchmarks.run EXTENT DIRECTORY REQUESTS SECONDS CUSTOMERS...`

EXTENT is `short` or `full`. The databases are SQLite files in the directory, or databases on
the PostgreSQL server of DATABASE_URL. The file `outcomes.json` in the directory gets the results of
each size.
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

from benchmarks.imports import (
    measure_copying_floor,
    measure_first_import,
    measure_imports,
    measure_loads,
)
from benchmarks.load import measure_load
from benchmarks.meter import LONGEST, CaseMeter, MeasuredServers, run_measured_servers
from benchmarks.profile_list import profile_site
from benchmarks.servers import Environment, call_inside_django, make_environment, serve
from benchmarks.streams import measure_stream

# The default of WEB_CONCURRENCY.
WORKERS: Final = 2
# The number of customers that a short run imports.
IMPORTED: Final = 100_000

Outcome = dict[str, Any]  # the results for one size, which are written as JSON


def main(extent: str, directory: Path, requests: int, seconds: int, *sizes: int) -> None:
    """Run the benchmark. `seconds` is the duration of the load test; 0 skips this test."""
    # Turns the signal into an exception, which stops the servers and closes all files.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    environments = [_make_database(directory, str(customers)) for customers in sizes]
    is_full = extent == "full"
    fill = measure_loads if is_full else _fill_database
    outcomes: list[Outcome] = [
        {"customers": size, "commands": fill(each, size)}
        for each, size in zip(environments, sizes, strict=True)
    ]
    plans = [_make_plan(each, extent) for each in environments]
    _measure_requests(environments, plans, outcomes, requests)
    largest, environment = outcomes[-1], environments[-1]
    largest["machine_load"] = os.getloadavg()[0]
    if seconds:
        with serve("portal.wsgi", {**environment, "WEB_CONCURRENCY": str(WORKERS)}) as portal:
            largest["under_load"] = measure_load(portal, plans[-1]["cases"], seconds)
    if is_full:
        measure_copying_floor(largest["commands"], environment, sizes[-1])
    else:
        largest["profile"] = profile_site(environment, requests)
        _measure_imports(directory, environments, outcomes)
    (directory / "outcomes.json").write_bytes(orjson.dumps(outcomes))


def _make_database(directory: Path, name: str) -> Environment:
    """Create an empty database, and a directory for its files."""
    own = directory / name
    own.mkdir()
    url = os.environ.get("DATABASE_URL")
    if not url:
        return make_environment(own, f"sqlite:///{own}/portal.sqlite3")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return make_environment(own, f"{url.rpartition('/')[0]}/{name}")


def _fill_database(environment: Environment, customers: int) -> list[Outcome]:
    """Fill the database without measuring. A short run measures imports after the requests."""
    call_inside_django(environment, "prepare.make_organizers")
    call_inside_django(environment, "filling.fill_organizers", customers)
    return []


def _measure_imports(
    directory: Path, environments: Sequence[Environment], outcomes: Sequence[Outcome]
) -> None:
    """Measure imports, after all requests, because imports add customers.

    The first import fills a new database.
    """
    customers = min(IMPORTED, outcomes[-1]["customers"])
    for outcome, environment in zip(outcomes, environments, strict=True):
        outcome["commands"] = measure_imports(environment, customers)
    first = measure_first_import(_make_database(directory, "empty"), customers)
    outcomes[-1]["commands"].insert(0, first)


def _make_plan(environment: Environment, extent: str) -> Any:
    path = Path(environment["FLOOR_PLAN"])
    call_inside_django(environment, "prepare.write_request_plan", path, extent)
    return orjson.loads(path.read_bytes())


def _measure_requests(
    environments: Sequence[Environment],
    plans: Sequence[Any],
    outcomes: Sequence[Outcome],
    requests: int,
) -> None:
    """Add cases, streams and memory to the outcomes. All servers run at the same time."""
    with ExitStack() as stack:
        pairs = zip(environments, plans, strict=True)
        sites = [
            stack.enter_context(run_measured_servers(each, plan["cases"])) for each, plan in pairs
        ]
        for outcome, found in zip(outcomes, _measure_sites(sites, requests), strict=True):
            outcome |= {"database": plans[0]["database"], **found}


def _measure_sites(sites: Sequence[MeasuredServers], requests: int) -> list[Outcome]:
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


def _measure_case(sites: Sequence[MeasuredServers], number: int, requests: int) -> list[Outcome]:
    """Measure a round for each size in turn, so that other programs slow all sizes equally."""
    meters = [CaseMeter(site, number, requests) for site in sites]
    while waiting := [meter for meter in meters if not meter.is_done]:
        for meter in waiting:
            meter.measure_round()
    return [meter.outcome for meter in meters]


def _measure_streams(site: MeasuredServers) -> list[Any]:
    streams = [(n, case) for n, case in enumerate(site.cases) if case["kind"] == "stream"]
    return [measure_stream(site.portal, site.floor, *stream, LONGEST) for stream in streams]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
