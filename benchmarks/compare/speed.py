"""How fast two versions of Portal answer: `python -m benchmarks.compare.speed --help`.

Both have the same customers, and are asked in turns in one run, so that whatever else the machine
does slows both. Everything happens in a temporary directory and two databases, which end with the
program.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.compare.__main__ import choose_databases, choose_versions
from benchmarks.compare.asking import Asker
from benchmarks.compare.filling import MEMBERS, PASSWORD, fill
from benchmarks.compare.questions import API, CSV, NDJSON, PAGE, Caller, Kind, Question
from benchmarks.compare.versions import serve

ROUNDS: Final = 31
SLOW: Final = 0.5  # seconds: what takes longer is asked FEW times
FEW: Final = 5
ORDERS: Final = ("name", "-last_login", "identifier", "-date_joined", "locale", "name,-email")
FILTERS: Final = (
    *("is_active=false", "locale=de&locale=fr", "locale=nl", "is_verified=true"),
    *("date_joined_since=2023-01-01", "date_joined_since=2025-12-25"),
    *("date_joined_until=2020-01-20", "last_login_since=2025-12-30"),
    *("last_login_until=2020-06-01", "never_logged_in=true", "never_logged_in=false"),
    *("modified_since=2025-12-30", "date_joined_since=2022-01-01&is_active=false"),
    "date_joined_since=2025-12-25&ordering=-name",
)
# No hit, some, thousands, a third of all, half of all, and a word that no index has.
SEARCHES: Final = ("qzxjwv", "anna schmidt", "schmidt", "mari", "example.org", "an", "e")


def main(arguments: list[str]) -> int:
    """Prints a line for each case: milliseconds before, after, and their ratio."""
    options = _read(arguments)
    with (
        TemporaryDirectory(prefix="portal-speed-") as directory,
        choose_databases(sqlite=options.sqlite, directory=Path(directory)) as databases,
    ):
        old, new = choose_versions(
            options.old, options.new, Path(directory), databases, FACET_MILLISECONDS="20"
        )
        tokens = fill(old, new, databases, customers=options.customers, others=options.customers)
        with serve(old), serve(new):
            askers = [Asker(version, tokens) for version in (old, new)]
            for asker in askers:
                for caller, (email, _organizer) in MEMBERS.items():
                    asker.sign_in(caller, email, PASSWORD)
            for name, question in _cases(askers[0], options.customers):
                if options.only in name:
                    _tell(name, *_measure(askers, question))
    return 0


def _read(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(
        "benchmarks.compare.speed",
        description=__doc__,
        epilog="PostgreSQL: .ci/with-postgres python -m benchmarks.compare.speed OLD NEW",
    )
    parser.add_argument("old", type=Path, help="the checkout to compare with")
    parser.add_argument("new", type=Path, help="the checkout that should be as fast")
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--only", default="", help="cases whose name has this part")
    parser.add_argument("--sqlite", action="store_true", help="two files, no server")
    options = parser.parse_args(arguments)
    if not options.sqlite and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL names no PostgreSQL: use .ci/with-postgres, or --sqlite")
    return options


def _cases(asker: Asker, customers: int) -> Iterator[tuple[str, Question]]:
    middle, last = customers // 100, customers // 50
    pages = [f"page={middle}", f"page={last}", "page=last", f"page={middle // 2}&ordering=-name"]
    queries = ["", *pages, *(f"ordering={order}" for order in ORDERS), *FILTERS]
    queries += [f"search={words.replace(' ', '+')}" for words in SEARCHES]
    queries += ["search=schmidt&ordering=-last_login", "search=schmidt&is_active=true"]
    for query in queries:
        yield f"HTML {query}", Question(Kind.LIST, f"{PAGE}?{query}", {}, Caller.MEMBER)
    for query in queries:
        yield f"JSON {query}", Question(Kind.JSON, f"{API}?{query}", {}, Caller.PROGRAM)
    for query in ("", "ordering=-last_login", "search=schmidt", "is_active=true"):
        yield f"JSON next of {query}", _next(asker, f"{API}?{query}")
    yield "JSON detail", Question(Kind.JSON, f"{API}{_first(asker)}/", {}, Caller.PROGRAM)
    yield "HTML detail", Question(Kind.DETAIL, f"{PAGE}{_first(asker)}/", {}, Caller.MEMBER)
    counts = {"HX-Request": "true", "HX-Target": "p#count"}
    for words in ("example.org", "an", "e"):
        path = f"{PAGE}?search={words}"
        yield f"count of {words}", Question(Kind.COUNT, path, counts, Caller.MEMBER)
    yield "NDJSON", Question(Kind.NDJSON, API, NDJSON, Caller.PROGRAM)
    yield "CSV", Question(Kind.CSV, f"{API}?search=schmidt", CSV, Caller.PROGRAM)


def _next(asker: Asker, path: str) -> Question:
    body = json.loads(asker.ask(Question(Kind.JSON, path, {}, Caller.PROGRAM)).body)
    address: str = body["next"]
    return Question(Kind.JSON, address[address.index("/api/") :], {}, Caller.PROGRAM)


def _first(asker: Asker) -> str:
    body = json.loads(asker.ask(Question(Kind.JSON, API, {}, Caller.PROGRAM)).body)
    identifier: str = body["results"][0]["identifier"]
    return identifier


def _measure(askers: list[Asker], question: Question) -> list[float]:
    """The median of each version in seconds."""
    times: list[list[float]] = [[] for _asker in askers]
    for number in range(ROUNDS):
        for asker, taken in zip(askers, times, strict=True):
            start = time.perf_counter()
            answer = asker.ask(question)
            taken.append(time.perf_counter() - start)
            if answer.status != 200:
                raise RuntimeError(f"{asker.version.name}: {question.path}: {answer.status}")
        if number + 1 >= FEW and min(map(min, times)) > SLOW:
            break
    # The first answer finds nothing in memory.
    return [median(taken[1:]) for taken in times]


def _tell(name: str, old: float, new: float) -> None:
    words = f"{old * 1000:9.1f}{new * 1000:9.1f} ms{new / old:7.2f} times"
    print(f"{name:55}{words}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
