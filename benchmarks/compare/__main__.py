"""Compare the responses of two versions of Portal: `python -m benchmarks.compare --help`.

All files are in a temporary directory. The directory and two databases are removed at the end.
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

from benchmarks.compare.addresses import list_requests
from benchmarks.compare.client import Client
from benchmarks.compare.comparison import SHOWN, Comparison, TooManyDifferences
from benchmarks.compare.databases import Databases, postgres_databases, sqlite_databases
from benchmarks.compare.filling import MEMBERS, PASSWORD, fill_databases
from benchmarks.compare.links import follow_lists
from benchmarks.compare.samples import read_customer_samples
from benchmarks.compare.versions import PortalVersion, free_ports, run_server_of_version


def main(arguments: list[str]) -> int:
    """Compare both versions. Returns the exit status: 1 if a response differs."""
    options = _parse_options(arguments)
    started = time.monotonic()
    with (
        TemporaryDirectory(prefix="portal-compare-") as directory,
        choose_databases(sqlite=options.sqlite, directory=Path(directory)) as databases,
    ):
        # The counts beside filters have no time limit, so that they do not depend on the machine's
        # speed.
        old, new = choose_versions(
            options.old, options.new, Path(directory), databases, FACET_MILLISECONDS="30000"
        )
        _log("Filling both databases")
        tokens = fill_databases(old, new, databases)
        with run_server_of_version(old), run_server_of_version(new):
            clients = [Client(version, tokens) for version in (old, new)]
            comparison = _compare_responses(*clients)
        logged_errors = [*old.logged_errors, *new.logged_errors]
    _print_summary(comparison, logged_errors, time.monotonic() - started)
    return 1 if comparison.reports or logged_errors else 0


def _parse_options(arguments: list[str]) -> Namespace:
    return parse_options(ArgumentParser("benchmarks.compare", description=__doc__), arguments)


def parse_options(parser: ArgumentParser, arguments: list[str]) -> Namespace:
    """Parse the options. Checks that both checkouts can be served, and that there is a database."""
    parser.epilog = f"PostgreSQL: .ci/with-postgres python -m {parser.prog} OLD NEW"
    parser.add_argument("old", type=Path, help="the checkout to compare with")
    parser.add_argument("new", type=Path, help="the checkout that is compared")
    parser.add_argument("--sqlite", action="store_true", help="use SQLite instead of PostgreSQL")
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
    """Two SQLite files in the directory, or two databases on the server of DATABASE_URL."""
    if sqlite:
        return sqlite_databases(directory)
    return postgres_databases(os.environ["DATABASE_URL"])


def choose_versions(
    old: Path, new: Path, directory: Path, databases: Databases, **settings: str
) -> Iterator[PortalVersion]:
    """The old and the new version, with one secret key and equal settings."""
    secret_key = secrets.token_urlsafe(48)
    urls, ports = (databases.old, databases.new), free_ports(2)
    for name, checkout, url, port in zip(("old", "new"), (old, new), urls, ports, strict=True):
        files = directory / name
        files.mkdir()
        yield PortalVersion(name, checkout.resolve(), files, url, secret_key, port, settings)


def sign_in_members(*clients: Client) -> None:
    """Start a session for each member. Raises RuntimeError."""
    for client in clients:
        for caller, (email, _organizer) in MEMBERS.items():
            client.sign_in(caller, email, PASSWORD)


def _compare_responses(old: Client, new: Client) -> Comparison:
    """Compare the responses to all requests and links. Stops after ENOUGH differences."""
    sign_in_members(old, new)
    requests = list(list_requests(read_customer_samples(old)))
    comparison = Comparison(old, new)
    try:
        for request in tqdm(requests, "Requests", unit="", disable=None):
            comparison.send(request)
        _log(f"{len(requests)} requests compared; now following links from page to page")
        follow_lists(comparison)
    except TooManyDifferences:
        _log("Too many differences: stopped")
    finally:
        comparison.close()
        old.close()
        new.close()
    return comparison


def _print_summary(comparison: Comparison, logged_errors: list[str], seconds: float) -> None:
    for kind, number in comparison.sent.items():
        print(f"{kind:16}{number:6,} requests{comparison.different[kind]:6,} different")
    for report in comparison.reports[:SHOWN]:
        print("", report, sep="\n")
    found = len(comparison.reports)
    if found > SHOWN:
        print(f"\n... and {found - SHOWN} more")
    for line in logged_errors[:SHOWN]:
        print(line)
    print(f"{found} of {comparison.sent.total():,} responses differ; {seconds:.0f} seconds")


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
