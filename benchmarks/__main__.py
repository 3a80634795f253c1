"""How fast Portal is, on SQLite and PostgreSQL: `python -m benchmarks --help`.

Everything happens in a temporary directory and ends with the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from benchmarks.report import write_report, write_tables
from benchmarks.servers import ROOT

DATABASES: Final = ("sqlite", "postgres")
RESULTS: Final = ROOT / "benchmarks" / "RESULTS.md"


def main(arguments: list[str]) -> None:
    """Prints what it finds, and writes it down where everything was measured."""
    options = _read(arguments)
    outcomes = []
    for database in [options.only] if options.only else DATABASES:
        outcomes.append(_measure(database, options))
        print(*write_tables(outcomes[-1]), "", sep="\n", flush=True)
    if options.results:
        options.results.write_text(write_report("make bench", options.customers, outcomes))


def _read(arguments: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000, help="of each of two organizers")
    parser.add_argument("--requests", type=int, default=200, help="of each case, 10 or more")
    parser.add_argument("--only", choices=DATABASES, help="one of the databases")
    parser.add_argument("--quick", action="store_true", help="whether it runs, not how fast")
    parser.add_argument("--results", type=Path, help=f"default: {RESULTS.name}, after a full run")
    options = parser.parse_args(arguments)
    if options.quick:
        options.customers = min(options.customers, 300)
        options.requests = 10
    elif not options.only and not options.results:
        options.results = RESULTS
    return options


def _measure(database: str, options: Namespace) -> dict[str, Any]:
    """In a process of its own, on a database of its own."""
    print(f"Measuring on {database}", file=sys.stderr)
    with TemporaryDirectory(prefix="portal-benchmark-") as directory:
        numbers = [str(options.customers), str(options.requests)]
        command = [sys.executable, "-m", "benchmarks.run", directory, *numbers]
        if database == "postgres":
            command.insert(0, str(ROOT / ".ci" / "with-postgres"))
        url = f"sqlite:///{directory}/portal.sqlite3"
        _run(command, {**os.environ, "DATABASE_URL": url})
        outcome: dict[str, Any] = orjson.loads((Path(directory) / "outcome.json").read_bytes())
        return outcome


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
