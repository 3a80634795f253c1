"""Measures how long each step of a list page takes: SQL, composing SQL, forms, templates.

`python -m benchmarks.profile_list` fills a temporary SQLite database and prints a table;
`.ci/with-postgres python -m benchmarks.profile_list --customers 100000` uses PostgreSQL.

A clock wraps functions of Django, and adds their time to a label. If wrapped functions call each
other, their time counts for the innermost function only. The labels therefore add up to the time of
the page. A wrapper costs about a microsecond for each call.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from inspect import isfunction
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

import orjson

from benchmarks.servers import call_inside_django, make_environment
from benchmarks.tables import write_table

CASE: Final = "List, first page"
SQL: Final = "SQL: the database and its driver"
COMPOSING: Final = "Composing SQL: querysets and the compiler"
ROWS: Final = "Rows to model instances"
FORMS: Final = "Forms and their widgets"
CELLS: Final = "Cells of the table"
LISTING: Final = "View and services, without the above"
SESSION: Final = "Session and user"
REST: Final = "Rest: middleware and URLs"
FIRST: Final = (SQL, COMPOSING, ROWS, FORMS, CELLS, LISTING, SESSION)
WIDGETS: Final = "django/forms/"
# Templates that take less time than this share one row of the table.
SMALL: Final = 0.1  # milliseconds
FEW_TEMPLATES: Final = f"Templates below {SMALL} ms each"
WARM_UP: Final = 20

Wrapped = Callable[..., Any]  # the signature of a wrapped function varies
Label = str | Callable[..., str]


class PartTimer:
    """Measures the milliseconds by label, for one request after another."""

    def __init__(self) -> None:
        self.requests: list[dict[str, float]] = []
        self._labels: list[str] = []
        self._since = 0.0

    def wrap(self, function: Wrapped, label: Label) -> Wrapped:
        """Wrap a function. Its label may depend on the arguments."""

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self._start_part(label if isinstance(label, str) else label(*args))
            try:
                return function(*args, **kwargs)
            finally:
                self._end_part()

        return wrapper

    def _start_part(self, label: str) -> None:
        if not self._labels:
            self.requests.append(defaultdict(float))
            self._since = perf_counter()
        self._add_time()
        self._labels.append(label)

    def _end_part(self) -> None:
        self._add_time()
        self._labels.pop()

    def _add_time(self) -> None:
        now = perf_counter()
        if self._labels:
            self.requests[-1][self._labels[-1]] += (now - self._since) * 1000
        self._since = now


@contextmanager
def measure_parts() -> Iterator[PartTimer]:
    """Measure every request in the block."""
    from portal.customers.html.table import CustomerTable

    clock = PartTimer()
    row_cells = CustomerTable.row_cells
    eager = clock.wrap(lambda table: list(row_cells(table)), CELLS)
    with ExitStack() as stack:
        for owner, label, names in _labelled_functions():
            for name in names or [name for name, each in vars(owner).items() if isfunction(each)]:
                wrapped = clock.wrap(vars(owner)[name], label)
                stack.enter_context(patch.object(owner, name, wrapped))
        stack.enter_context(patch.object(CustomerTable, "row_cells", eager))
        stack.enter_context(_clocked_cursors(clock))
        yield clock


def _labelled_functions() -> list[tuple[Any, Label, tuple[str, ...]]]:
    """Classes or modules, with labels and names of functions.

    Without names, all functions are wrapped.
    """
    from django.contrib.auth import middleware
    from django.core.handlers.base import BaseHandler
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler
    from django.forms import BaseForm, Widget
    from django.forms.boundfield import BoundField, BoundWidget
    from django.template.base import Template
    from django.template.loader_tags import BlockNode

    from portal.customers.html import list as list_page

    return [
        (BaseHandler, REST, ("get_response",)),
        (middleware, SESSION, ("get_user",)),
        (list_page, LISTING, ("read_listing",)),
        (QuerySet, ROWS, ("_fetch_all",)),  # before the entry for all functions of QuerySet
        (QuerySet, COMPOSING, ()),
        (SQLCompiler, COMPOSING, ("as_sql", "execute_sql")),
        *((owner, FORMS, ()) for owner in (BaseForm, BoundField, BoundWidget)),
        (Widget, FORMS, ("get_context", "render")),
        (Template, _template_label, ("_render",)),
        (BlockNode, _template_of_block, ("render",)),
    ]


@contextmanager
def _clocked_cursors(clock: PartTimer) -> Iterator[None]:
    """Wrap the methods that Django's cursor delegates to the driver, such as fetchall()."""
    from django.db.backends.utils import CursorWrapper

    passed_on = CursorWrapper.__getattr__

    def clocked_getattr(cursor: CursorWrapper, name: str) -> Any:
        found = passed_on(cursor, name)
        return clock.wrap(found, SQL) if name.startswith("fetch") else found

    execute = clock.wrap(CursorWrapper.execute, SQL)
    with patch.multiple(CursorWrapper, __getattr__=clocked_getattr, execute=execute):
        yield


def _template_label(template: Any, *_args: Any) -> str:
    name = str(template.name)
    return FORMS if name.startswith(WIDGETS) else name


def _template_of_block(node: Any, context: Any) -> str:
    """The template that fills the block, not the template that defines it."""
    from django.template.loader_tags import BLOCK_CONTEXT_KEY

    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(node.name) if blocks else None
    return str((block or node).origin.template_name)


def measure_profile(plan: str, path: str, requests: str) -> None:
    """Write the milliseconds by label to the file, for the case of the plan. Runs inside Django."""
    from django.test import Client

    cases = orjson.loads(Path(plan).read_bytes())["cases"]
    case = next(case for case in cases if case["name"] == CASE)
    client = Client(headers=case["headers"], SERVER_NAME="127.0.0.1")
    for _request in range(WARM_UP):
        client.get(case["path"])
    with measure_parts() as clock:
        for _request in range(int(requests)):
            client.get(case["path"])
    profile = _mean_of_fastest(clock.requests)
    Path(path).write_bytes(orjson.dumps(profile, option=orjson.OPT_NON_STR_KEYS))


def _mean_of_fastest(requests: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of the fastest quarter of the requests.

    Other programs interrupt the slower requests.
    """
    fastest = sorted(requests, key=lambda request: sum(request.values()))[: -(-len(requests) // 4)]
    labels = dict.fromkeys(label for request in fastest for label in request)
    return {label: fmean(request.get(label, 0) for request in fastest) for label in labels}


def profile_site(environment: Mapping[str, str], requests: int) -> dict[str, float]:
    """Profile the list page of a prepared database. Returns the milliseconds by label."""
    path = Path(environment["VAR_DIR"]) / "profile.json"
    step = "profile_list.measure_profile"
    call_inside_django(environment, step, environment["FLOOR_PLAN"], path, requests)
    profile: dict[str, float] = orjson.loads(path.read_bytes())
    return profile


def write_profile(profiles: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A table with a column for each database, and rows for layers, templates and the total."""
    grouped = {name: _group_parts(profile) for name, profile in profiles.items()}
    labels = dict.fromkeys(label for profile in grouped.values() for label in profile)
    ends = (FEW_TEMPLATES, REST)
    templates = sorted(
        (label for label in labels if label not in (*FIRST, *ends)),
        key=lambda label: -max(profile.get(label, 0) for profile in grouped.values()),
    )
    rows = [
        [label, *(_time_of_part(profile, label) for profile in grouped.values())]
        for label in (*FIRST, *templates, *ends)
    ]
    totals = ["The page", *(f"{sum(profile.values()):.2f}" for profile in grouped.values())]
    yield from write_table([f"{CASE}, ms", *grouped], [*rows, totals])


def _group_parts(profile: Mapping[str, float]) -> dict[str, float]:
    grouped: dict[str, float] = defaultdict(float)
    for label, milliseconds in profile.items():
        is_small = label not in (*FIRST, REST) and milliseconds < SMALL
        grouped[FEW_TEMPLATES if is_small else label] += milliseconds
    return grouped


def _time_of_part(profile: Mapping[str, float], label: str) -> str:
    return f"{profile[label]:.2f}" if label in profile else ""


def main(arguments: list[str]) -> None:
    """Print the profile of a new database."""
    parser = ArgumentParser("benchmarks.profile_list", description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000, help="default: 10,000")
    parser.add_argument("--requests", type=int, default=100, help="default: 100")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="portal-profile-") as directory:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{directory}/portal.sqlite3"
        environment = make_environment(Path(directory), url)
        call_inside_django(environment, "prepare.make_organizers")
        call_inside_django(environment, "filling.fill_organizers", options.customers)
        call_inside_django(
            environment, "prepare.write_request_plan", environment["FLOOR_PLAN"], "short"
        )
        profile = profile_site(environment, options.requests)
    print(*write_profile({f"{options.customers:,} customers": profile}), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
