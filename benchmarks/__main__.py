"""Measure Portal on SQLite and PostgreSQL: `python -m benchmarks --help`.

All files are in a temporary directory, which is removed at the end.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import orjson

from benchmarks.machine import memory
from benchmarks.report import write_report
from benchmarks.servers import ROOT
from benchmarks.summary import write_summary

DATABASES: Final = ("postgresql", "sqlite")


class Defaults(NamedTuple):
    """The default numbers: requests of each case, seconds under load, and customers by database."""

    requests: int
    seconds: int
    sizes: Mapping[str, Sequence[int]]


SHORT: Final = Defaults(50, 20, {"postgresql": [10_000, 1_000_000], "sqlite": [100_000]})
FULL: Final = Defaults(100, 30, {name: [10_000, 100_000, 1_000_000] for name in DATABASES})
# The settings that docs/postgresql.md recommends.
POSTGRES_OPTIONS: Final = f"-c shared_buffers={memory() // 4}MB -c random_page_cost=1.1"
RESULTS: Final = ROOT / "benchmarks" / "RESULTS.md"


def main(arguments: list[str]) -> None:
    """Print the report. After a complete run, also write the report to RESULTS.md."""
    options = _parse_options(arguments)
    outcomes = []
    for database, sizes in options.sizes.items():
        outcomes += _measure_database(database, sizes, options)
    write = write_report if options.full else write_summary
    report = write(_command_of_run(arguments), outcomes)
    print(report)
    if options.results:
        options.results.write_text(report)


def _parse_options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks")
    parser.add_argument("--full", action="store_true", help="every case at every size")
    parser.add_argument("--customers", type=int, nargs="+", help="customers of each organizer")
    parser.add_argument("--requests", type=int, help="of each case; default: 50, --full: 100")
    parser.add_argument("--seconds", type=int, help="of the load test; default: 20, --full: 30")
    parser.add_argument("--only", choices=DATABASES, help="measure one database only")
    parser.add_argument("--quick", action="store_true", help="test the benchmark on few customers")
    parser.add_argument("--results", type=Path, help=f"default after a complete run: {RESULTS}")
    options = parser.parse_args(arguments)
    if options.quick:
        options.customers, options.requests, options.seconds = [300], 2, 1
    elif not (options.results or options.only or options.customers):
        options.results = RESULTS
    defaults = FULL if options.full else SHORT
    options.requests = options.requests or defaults.requests
    options.seconds = defaults.seconds if options.seconds is None else options.seconds
    options.sizes = {
        name: sorted(options.customers or sizes)
        for name, sizes in defaults.sizes.items()
        if options.only in (None, name)
    }
    return options


def _command_of_run(arguments: Sequence[str]) -> str:
    """The command that repeats the run."""
    targets = {(): "make bench", ("--full",): "make bench-full"}
    default = shlex.join(["python", "-m", "benchmarks", *arguments])
    return targets.get(tuple(arguments), default)


def _measure_database(
    database: str, sizes: Sequence[int], options: Namespace
) -> list[dict[str, Any]]:
    """Measure one database, in a separate process with its own databases."""
    described = ", ".join(f"{size:,}" for size in sizes)
    print(f"Measuring {described} customers on {database}", file=sys.stderr)
    with TemporaryDirectory(prefix="portal-benchmark-") as directory:
        extent = "full" if options.full else "short"
        numbers = map(str, [options.requests, options.seconds, *sizes])
        command = [sys.executable, "-m", "benchmarks.run", extent, directory, *numbers]
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if database == "postgresql":
            command.insert(0, str(ROOT / ".ci" / "with-postgres"))
            environment["POSTGRES_OPTIONS"] = POSTGRES_OPTIONS
        _run(command, environment)
        outcomes: list[dict[str, Any]] = orjson.loads(
            (Path(directory) / "outcomes.json").read_bytes()
        )
        return outcomes


def _run(command: list[str], environment: dict[str, str]) -> None:
    """Run the command.

    If this process ends early, terminate the command, which then stops its servers.
    """
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        status = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if status:
        sys.exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    main(sys.argv[1:])
