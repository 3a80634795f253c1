"""Time the requests of two versions of Portal: `python -m benchmarks.compare.speed --help`.

Both versions have equal customers. Each request is sent to one version, then to the other, so that
other programs on the machine slow both equally. All files are in a temporary directory. The
directory and two databases are removed at the end.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.compare.__main__ import (
    choose_databases,
    choose_versions,
    parse_options,
    sign_in_members,
)
from benchmarks.compare.client import Client
from benchmarks.compare.filling import fill_databases
from benchmarks.compare.requests import API, CSV, NDJSON, PAGE, Caller, Request, RequestKind
from benchmarks.compare.versions import run_server_of_version

ROUNDS: Final = 31
SLOW: Final = 0.5  # in seconds: slower requests are sent FEW times
FEW: Final = 5
ORDERS: Final = ("name", "-last_login", "identifier", "-date_joined", "locale", "name,-email")
FILTERS: Final = (
    *("is_active=false", "state=active", "locale=de&locale=fr", "locale=nl", "is_verified=true"),
    *("date_joined_since=2023-01-01", "date_joined_since=2025-12-25"),
    *("date_joined_until=2020-01-20", "last_login_since=2025-12-30"),
    *("last_login_until=2020-06-01", "never_logged_in=true", "never_logged_in=false"),
    *("modified_since=2025-12-30", "date_joined_since=2022-01-01&is_active=false"),
    "date_joined_since=2025-12-25&ordering=-name",
)
# Search terms by the number of matches: none, some, thousands, a third and half of all customers.
# The last term is too short for the trigram index.
SEARCHES: Final = ("qzxjwv", "anna schmidt", "schmidt", "mari", "example.org", "an", "e")


def main(arguments: list[str]) -> int:
    """Print a line for each case: milliseconds of the old and the new version, and their ratio."""
    options = _parse_options(arguments)
    with (
        TemporaryDirectory(prefix="portal-speed-") as directory,
        choose_databases(sqlite=options.sqlite, directory=Path(directory)) as databases,
    ):
        old, new = choose_versions(
            options.old, options.new, Path(directory), databases, FACET_MILLISECONDS="20"
        )
        tokens = fill_databases(
            old, new, databases, customers=options.customers, others=options.customers
        )
        with run_server_of_version(old), run_server_of_version(new):
            clients = [Client(version, tokens) for version in (old, new)]
            sign_in_members(*clients)
            for name, request in _cases(clients[0], options.customers):
                if options.only in name:
                    _print_times(name, *_measure(clients, request))
    return 0


def _parse_options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks.compare.speed", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--only", default="", help="only cases with this text in the name")
    return parse_options(parser, arguments)


def _cases(client: Client, customers: int) -> Iterator[tuple[str, Request]]:
    middle, last = customers // 100, customers // 50
    pages = [f"page={middle}", f"page={last}", "page=last", f"page={middle // 2}&ordering=-name"]
    queries = ["", *pages, *(f"ordering={order}" for order in ORDERS), *FILTERS]
    queries += [f"search={term.replace(' ', '+')}" for term in SEARCHES]
    queries += ["search=schmidt&ordering=-last_login", "search=schmidt&is_active=true"]
    for query in queries:
        yield f"HTML {query}", Request(RequestKind.LIST, f"{PAGE}?{query}", {}, Caller.MEMBER)
    for query in queries:
        yield f"JSON {query}", Request(RequestKind.JSON, f"{API}?{query}", {}, Caller.API_CLIENT)
    for query in ("", "ordering=-last_login", "search=schmidt", "is_active=true"):
        yield f"JSON next of {query}", _next_request(client, f"{API}?{query}")
    yield (
        "JSON detail",
        Request(RequestKind.JSON, f"{API}{_first_identifier(client)}/", {}, Caller.API_CLIENT),
    )
    yield (
        "HTML detail",
        Request(RequestKind.DETAIL, f"{PAGE}{_first_identifier(client)}/", {}, Caller.MEMBER),
    )
    counts = {"HX-Request": "true", "HX-Target": "p#count"}
    for term in ("example.org", "an", "e"):
        path = f"{PAGE}?search={term}"
        yield f"count of {term}", Request(RequestKind.COUNT, path, counts, Caller.MEMBER)
    yield "NDJSON", Request(RequestKind.NDJSON, API, NDJSON, Caller.API_CLIENT)
    yield "CSV", Request(RequestKind.CSV, f"{API}?search=schmidt", CSV, Caller.API_CLIENT)


def _next_request(client: Client, path: str) -> Request:
    body = json.loads(client.send(Request(RequestKind.JSON, path, {}, Caller.API_CLIENT)).body)
    address: str = body["next"]
    return Request(RequestKind.JSON, address[address.index("/api/") :], {}, Caller.API_CLIENT)


def _first_identifier(client: Client) -> str:
    body = json.loads(client.send(Request(RequestKind.JSON, API, {}, Caller.API_CLIENT)).body)
    identifier: str = body["results"][0]["identifier"]
    return identifier


def _measure(clients: list[Client], request: Request) -> list[float]:
    """The median of each version in seconds."""
    times: list[list[float]] = [[] for _asker in clients]
    for number in range(ROUNDS):
        for client, taken in zip(clients, times, strict=True):
            start = time.perf_counter()
            response = client.send(request)
            taken.append(time.perf_counter() - start)
            if response.status != 200:
                raise RuntimeError(f"{client.version.name}: {request.path}: {response.status}")
        if number + 1 >= FEW and min(map(min, times)) > SLOW:
            break
    # The first request is not measured, because it reads from disk.
    return [median(taken[1:]) for taken in times]


def _print_times(name: str, old: float, new: float) -> None:
    line = f"{old * 1000:9.1f}{new * 1000:9.1f} ms{new / old:7.2f} times"
    print(f"{name:55}{line}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
