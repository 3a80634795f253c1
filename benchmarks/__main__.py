"""How fast Portal is, on SQLite and PostgreSQL: `python -m benchmarks --help`.

Everything happens in a temporary directory and ends with the program.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from benchmarks.machine import memory
from benchmarks.report import write_database, write_report
from benchmarks.servers import ROOT

DATABASES: Final = ("sqlite", "postgresql")
SIZES: Final = [10_000, 100_000, 1_000_000]
# What docs/postgresql.md says to set: see benchmarks/notes.py.
POSTGRES_OPTIONS: Final = f"-c shared_buffers={memory() // 4}MB -c random_page_cost=1.1"
RESULTS: Final = ROOT / "benchmarks" / "RESULTS.md"


def main(arguments: list[str]) -> None:
    """Prints what it finds, and writes it down where everything was measured."""
    options = _read(arguments)
    outcomes = []
    for database in [options.only] if options.only else DATABASES:
        found = _measure(database, options)
        print(*write_database(found), "", sep="\n", flush=True)
        outcomes += found
    if options.results:
        command = ["python", "-m", "benchmarks", *arguments] if arguments else ["make", "bench"]
        options.results.write_text(write_report(shlex.join(command), outcomes))


def _read(arguments: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        "--customers", type=int, nargs="+", default=SIZES, help="of each of two organizers"
    )
    parser.add_argument("--requests", type=int, default=100, help="of each case, 10 or more")
    parser.add_argument("--seconds", type=int, default=30, help="under load, at the largest size")
    parser.add_argument("--only", choices=DATABASES, help="one of the databases")
    parser.add_argument("--quick", action="store_true", help="whether it runs, not how fast")
    parser.add_argument("--results", type=Path, help=f"default: {RESULTS.name}, after a full run")
    options = parser.parse_args(arguments)
    if options.quick:
        options.customers, options.requests, options.seconds = [300], 2, 1
    elif not options.results and not options.only and options.customers == SIZES:
        options.results = RESULTS
    options.customers = sorted(options.customers)
    return options


def _measure(database: str, options: Namespace) -> list[dict[str, Any]]:
    """In a process of its own, on databases of its own."""
    sizes = ", ".join(f"{size:,}" for size in options.customers)
    print(f"Measuring {sizes} customers on {database}", file=sys.stderr)
    with TemporaryDirectory(prefix="portal-benchmark-") as directory:
        numbers = [options.requests, options.seconds, *options.customers]
        command = [sys.executable, "-m", "benchmarks.run", directory, *map(str, numbers)]
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
    """Whatever ends us ends the command first, in its own way."""
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
