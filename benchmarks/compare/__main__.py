"""Whether two versions of Portal answer alike: `python -m benchmarks.compare --help`.

Everything happens in a temporary directory and two databases, which end with the program.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from benchmarks.compare.addresses import list_questions
from benchmarks.compare.asking import Asker
from benchmarks.compare.comparing import SHOWN, Comparison, TooManyDifferences
from benchmarks.compare.databases import Databases, postgres_databases, sqlite_databases
from benchmarks.compare.filling import MEMBERS, PASSWORD, fill
from benchmarks.compare.samples import read_samples
from benchmarks.compare.versions import Version, free_ports, serve
from benchmarks.compare.walks import walk_lists


def main(arguments: list[str]) -> int:
    """The exit status: 1 where anything differs."""
    options = _read(arguments)
    started = time.monotonic()
    with (
        TemporaryDirectory(prefix="portal-compare-") as directory,
        choose_databases(sqlite=options.sqlite, directory=Path(directory)) as databases,
    ):
        # Nothing is cut short: how far a list is counted must not depend on the machine.
        old, new = choose_versions(
            options.old, options.new, Path(directory), databases, FACET_MILLISECONDS="30000"
        )
        _say("Filling both databases")
        tokens = fill(old, new, databases)
        with serve(old), serve(new):
            askers = [Asker(version, tokens) for version in (old, new)]
            comparison = _compare(*askers)
        complaints = [*old.complaints, *new.complaints]
    _tell(comparison, complaints, time.monotonic() - started)
    return 1 if comparison.reports or complaints else 0


def _read(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(
        "benchmarks.compare",
        description=__doc__,
        epilog="PostgreSQL: .ci/with-postgres python -m benchmarks.compare OLD NEW",
    )
    parser.add_argument("old", type=Path, help="the checkout to compare with")
    parser.add_argument("new", type=Path, help="the checkout that should answer alike")
    parser.add_argument("--sqlite", action="store_true", help="two files, no server")
    options = parser.parse_args(arguments)
    for checkout in (options.old, options.new):
        if not (checkout / ".venv" / "bin" / "python").exists():
            parser.error(f"{checkout} has no .venv: run make install there")
    if not options.sqlite and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL names no PostgreSQL: use .ci/with-postgres, or --sqlite")
    return options


def choose_databases(
    *, sqlite: bool, directory: Path
) -> contextlib.AbstractContextManager[Databases]:
    """Files in the directory, or databases of the server that DATABASE_URL names."""
    if sqlite:
        return sqlite_databases(directory)
    return postgres_databases(os.environ["DATABASE_URL"])


def choose_versions(
    old: Path, new: Path, directory: Path, databases: Databases, **settings: str
) -> Iterator[Version]:
    """Both checkouts, with the same secret key and settings."""
    secret_key = secrets.token_urlsafe(48)
    urls, ports = (databases.old, databases.new), free_ports(2)
    for name, checkout, url, port in zip(("old", "new"), (old, new), urls, ports, strict=True):
        place = directory / name
        place.mkdir()
        yield Version(name, checkout.resolve(), place, url, secret_key, port, settings)


def _compare(old: Asker, new: Asker) -> Comparison:
    """Ends early where the versions differ nearly everywhere."""
    for asker in (old, new):
        for caller, (email, _organizer) in MEMBERS.items():
            asker.sign_in(caller, email, PASSWORD)
    questions = list(list_questions(read_samples(old)))
    comparison = Comparison(old, new)
    try:
        for question in tqdm(questions, "Addresses", unit="", disable=None):
            comparison.ask(question)
        _say(f"{len(questions)} addresses asked; now following links from page to page")
        walk_lists(comparison)
    except TooManyDifferences:
        _say("Too many differences: the rest is not asked")
    finally:
        comparison.close()
        old.close()
        new.close()
    return comparison


def _tell(comparison: Comparison, complaints: list[str], seconds: float) -> None:
    for kind, number in comparison.asked.items():
        print(f"{kind:16}{number:6,} asked{comparison.different[kind]:6,} different")
    for report in comparison.reports[:SHOWN]:
        print("", report, sep="\n")
    found = len(comparison.reports)
    if found > SHOWN:
        print(f"\n... and {found - SHOWN} more")
    for complaint in complaints[:SHOWN]:
        print(complaint)
    print(f"{found} of {comparison.asked.total():,} answers differ; {seconds:.0f} seconds")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
