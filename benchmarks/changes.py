"""Measure changes of customers with a long history: `python -m benchmarks.changes --help`.

`.ci/with-postgres python -m benchmarks.changes` runs with an empty PostgreSQL database. Every case
is measured for one customer, then for the next customer: read, change, add a note, undo and erase,
by pages and by the API. Other programs on the machine therefore slow all cases equally.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import psycopg

from benchmarks.client import TIMEOUT, UnexpectedResponse
from benchmarks.forms import read_form
from benchmarks.imports import OURS
from benchmarks.machine import describe_machine, utc_date
from benchmarks.servers import (
    Environment,
    call_inside_django,
    make_environment,
    run_management_command,
    serve,
)
from benchmarks.tables import p95, write_table

PAGE: Final = f"/organizers/{OURS}"
API: Final = f"/api/v1/organizers/{OURS}/customers/"
FORM: Final = "application/x-www-form-urlencoded"
WARM_UP: Final = 5
IMPORTED: Final = 100_000
READ: Final = 30  # goal in milliseconds, for 1,000,000 customers and 10,000,000 events
CHANGE: Final = 20
BACKENDS: Final = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


SIZES: Final = """
    SELECT (SELECT COUNT(*) FROM customers_customer), reltuples::bigint
    FROM pg_class WHERE relname = 'history_event'"""
HEAD: Final = """\
# Changes and the history

Written by `.ci/with-postgres python -m benchmarks.changes --results benchmarks/CHANGES.md`.

One client sends one request after another. p50 and p95 are wall-clock times. "Server ms" and
"Database ms" are medians of processor time. Other programs on the machine hardly change processor
time: with a load average far above 1, compare the goals with the sum of both columns. PostgreSQL
runs without `fsync`. A detail page has the newest 20 events of its customer.

"""


@dataclass(frozen=True)
class RequestCost:
    """Milliseconds of a request: wall-clock time, and processor time of server and database."""

    wall: float
    server: float
    database: float


@dataclass
class CostMeter:
    """Costs by case, in the order of the first requests."""

    workers: Sequence[int]
    connection: psycopg.Connection[tuple[int]]
    costs: dict[tuple[str, float], list[RequestCost]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def processor_milliseconds(self) -> tuple[float, float]:
        """The processor time of server and database so far, in milliseconds."""
        backends = [pid for (pid,) in self.connection.execute(BACKENDS)]
        return sum(map(_processor_milliseconds, self.workers)), sum(
            map(_processor_milliseconds, backends)
        )


def _processor_milliseconds(process: int) -> float:
    """The processor time of all threads of a process."""
    tasks = Path(f"/proc/{process}/task")
    files = [task / "schedstat" for task in tasks.iterdir()] if tasks.exists() else []
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6


class Browser:
    """Sends requests of a member and of an API client, and adds the costs to the meter."""

    def __init__(self, port: int, plan: Mapping[str, Any], meter: CostMeter) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._token = secrets.token_hex(16)
        cookie = f"{plan['member']['Cookie']}; csrftoken={self._token}"
        self._member = {"Cookie": cookie, "Accept": "text/html"}
        self._api_client = {**plan["api_client"], "Content-Type": "application/json"}
        self._meter = meter

    def close(self) -> None:
        self._connection.close()

    def request_page(self, case: str, path: str, goal: float = READ) -> str:
        """Request a page, and return its body."""
        return self._measure((case, goal), "GET", path, self._member).decode()

    def submit_form(self, case: str, path: str, form: Mapping[str, str], **values: str) -> None:
        """Send the form of a page with these values."""
        body = urlencode({**form, "csrfmiddlewaretoken": self._token, **values})
        headers = {**self._member, "Content-Type": FORM}
        self._measure((case, CHANGE), "POST", path, headers, body, status=302)

    def call_api(
        self, case: str, method: str, path: str, *, status: int = 200, **values: object
    ) -> dict[str, Any]:
        """The JSON of the response to a request of the API client."""
        body = orjson.dumps(values) if values else None
        goal = READ if method == "GET" else CHANGE
        headers = self._api_client
        content = self._measure((case, goal), method, path, headers, body, status=status)
        customer: dict[str, Any] = orjson.loads(content)
        return customer

    def _measure(
        self,
        case: tuple[str, float],
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: str | bytes | None = None,
        status: int = 200,
    ) -> bytes:
        server, database = self._meter.processor_milliseconds()
        start = perf_counter()
        response, content = self._send(method, path, headers, body)
        wall = (perf_counter() - start) * 1000
        server_after, database_after = self._meter.processor_milliseconds()
        if response.status != status:
            raise UnexpectedResponse(f"{method} {path}: {response.status}\n{content[:2000]!r}")
        cost = RequestCost(wall, server_after - server, database_after - database)
        self._meter.costs[case].append(cost)
        return content

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> tuple[HTTPResponse, bytes]:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except ConnectionError:
            # The server closes a connection after two idle seconds.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        return response, response.read()


def main(arguments: list[str]) -> None:
    """Print the report. With `--results`, also write the report to a file."""
    options = _parse_options(arguments)
    with TemporaryDirectory(prefix="portal-changes-") as directory:
        environment = make_environment(Path(directory), os.environ["DATABASE_URL"])
        _fill_database(environment, options)
        lines = [
            *_describe_measurement(environment),
            *_measure_requests(environment, options.requests),
        ]
        if options.imported:
            lines += ["", _measure_import(environment, options.imported)]
    lines += [
        "",
        f"Load average at the end: {os.getloadavg()[0]:.1f}; the benchmark makes about 1.",
    ]
    report = "\n".join(lines)
    print(report)
    if options.results:
        options.results.write_text(f"{HEAD}{report}\n")


def _fill_database(environment: Environment, options: Namespace) -> None:
    if options.filled:
        run_management_command(environment, "collectstatic", "--noinput", "--verbosity", "0")
    else:
        call_inside_django(environment, "prepare.make_organizers")
        call_inside_django(environment, "filling.fill_organizers", options.customers)
        call_inside_django(environment, "history.create_events", options.events)


def _describe_measurement(environment: Environment) -> Iterator[str]:
    """Lines about the database and the machine."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("ANALYZE history_event")
        for customers, events in connection.execute(SIZES):
            yield f"{customers:,} customers and {events:,} events, measured on {utc_date()}."
    yield from ("", *(f"- {line}" for line in describe_machine()), "")


def _parse_options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser("benchmarks.changes")
    parser.add_argument(
        "--customers", type=int, default=1_000_000, help="customers of each of the two organizers"
    )
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--requests", type=int, default=100, help="requests of each case")
    parser.add_argument("--imported", type=int, default=IMPORTED, help="customers of the import")
    parser.add_argument(
        "--filled", action="store_true", help="the database has been filled by an earlier run"
    )
    parser.add_argument("--results", type=Path, help="also write the report to this file")
    return parser.parse_args(arguments)


def _measure_requests(environment: Environment, requests: int) -> Iterator[str]:
    """Lines of a table."""
    path = Path(environment["VAR_DIR"]) / "plan.json"
    # Each customer is erased at the end, half of the customers by the API.
    call_inside_django(environment, "history.write_request_plan", path, 2 * (requests + WARM_UP))
    plan = orjson.loads(path.read_bytes())
    customers = iter(plan["customers"])
    with (
        serve("portal.wsgi", environment) as portal,
        psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection,
    ):
        meter = CostMeter(portal.workers, connection)
        with closing(Browser(portal.port, plan, meter)) as browser:
            for number in range(requests + WARM_UP):
                if number == WARM_UP:
                    meter.costs.clear()
                _work_by_pages(browser, next(customers), plan["busiest"])
                _work_by_api(browser, next(customers))
    yield from _format_table(meter)


def _work_by_pages(browser: Browser, customer: str, busiest: str) -> None:
    path = f"{PAGE}/customers/{customer}/"
    browser.request_page("Detail", path)
    browser.request_page("Detail, with a thousandth of all events", f"{PAGE}/customers/{busiest}/")
    form = read_form(browser.request_page("Form of a field", f"{path}edit/email/"))
    browser.submit_form("Save a field", f"{path}edit/email/", form, email=f"{customer}@example.org")
    page = browser.request_page("Detail, after a change", f"{path}?saved=2")
    undo = page[page.index(f"{path}undo/") :].partition('"')[0].partition("?")[0]
    browser.submit_form("Undo", undo, {})
    form = read_form(browser.request_page("Form of all fields", f"{path}edit/"))
    browser.submit_form("Save all fields", f"{path}edit/", form, phone="+49 30 23125 999")
    browser.submit_form("Add a note", f"{path}notes/", {}, text="Called about an invoice.")
    _read_history(browser, customer)
    email = read_form(browser.request_page("Form of a field, again", f"{path}edit/email/"))["email"]
    browser.submit_form("Erase", f"{path}erase/", {}, confirmation=email)


def _read_history(browser: Browser, customer: str) -> None:
    path = f"{PAGE}/history/"
    page = browser.request_page("History of all", path)
    before = page[page.index("before=") :].partition('"')[0].partition("&")[0]
    browser.request_page("History of all, next page", f"{path}?{before}")
    for query in (
        *("kind=created", "kind=erased", "actor_kind=token", "actor=member8%40example.org"),
        *("actor=nobody", "until=2025-06-01", "kind=changed&actor_kind=member&until=2025-06-01"),
    ):
        browser.request_page(f"History, {query}", f"{path}?{query}")
    browser.request_page("History, customer=", f"{path}?customer={customer}")


def _work_by_api(browser: Browser, customer: str) -> None:
    path = f"{API}{customer}/"
    browser.call_api("JSON detail", "GET", path)
    browser.call_api("PATCH", "PATCH", path, locale="es", external_identifier=f"B-{customer}")
    name = {"_scheme": "full", "full_name": "Erika Mustermann"}
    browser.call_api("PUT", "PUT", path, email=f"{customer}@example.com", name_parts=name)
    browser.call_api("Anonymize", "POST", f"{path}anonymize/")
    email = f"new-{secrets.token_hex(8)}@example.org"
    created = browser.call_api("POST", "POST", API, status=201, email=email)
    browser.call_api("Anonymize a new one", "POST", f"{API}{created['identifier']}/anonymize/")


def _format_table(meter: CostMeter) -> Iterator[str]:
    headings = ["Request", "p50 ms", "p95 ms", "Server ms", "Database ms", "Goal ms", "Missed"]
    rows = []
    for (name, goal), costs in meter.costs.items():
        times = [cost.wall for cost in costs]
        used = (median(cost.server for cost in costs), median(cost.database for cost in costs))
        figures = [f"{figure:.1f}" for figure in (median(times), p95(times), *used)]
        rows.append([name, *figures, f"{goal:g}", "ms" if median(times) > goal else ""])
    yield from write_table(headings, rows)


def _measure_import(environment: Environment, customers: int) -> str:
    """Measure an import of customers that have changed at the source."""
    file = Path(environment["VAR_DIR"]) / "customers.ndjson"
    call_inside_django(environment, "history.write_changed_customers", file, customers)
    done = run_management_command(environment, "import_customers", OURS, str(file))
    rate = customers / done.seconds
    return f"Import of {customers:,} changes: {rate:,.0f} a second, {done.mebibytes:.0f} MiB"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    main(sys.argv[1:])
