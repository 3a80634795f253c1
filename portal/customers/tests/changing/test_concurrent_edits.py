"""Several processes edit the same twenty customers two hundred times: no edit is lost or fails."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.changing.replay import untrue_fields
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.history.models import Event
from portal.organizers.models import Organizer

PROGRAM: Final = "portal.customers.tests.changing.concurrent_edits"
PROCESSES: Final = 3
EDITS: Final = 67  # the number of edits of each process

Edit = tuple[str, dict[str, Any]]


@contextmanager
def _committed(directory: Path) -> Iterator[str]:
    """Commit the rows of the test to a database, and yield its URL.

    The test reads from this database afterwards. On SQLite the rows are copied to a file, because
    the test database is in the memory of this process.
    """
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["DATABASE_URL"])
        yield url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        return
    path = directory / "portal.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        connection.connection.backup(file)
        yield f"sqlite:///{path}"
        file.backup(connection.connection)


def _edit(url: str) -> list[Edit]:
    """Run the edits in several processes. Returns the outcome and the values of each edit."""
    variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    processes = [
        subprocess.Popen(  # noqa: S603  a program of the tests
            [sys.executable, "-m", PROGRAM, str(seed), str(EDITS)],
            cwd=settings.BASE_DIR,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
        )
        for seed in range(PROCESSES)
    ]
    outputs = [process.communicate()[0] for process in processes]
    return [(outcome, values) for output in outputs for outcome, values in json.loads(output)]


@pytest.mark.django_db(transaction=True)
def test_concurrent_edits_are_applied_or_conflicts(
    organizer: Organizer, make_customer: CustomerMaker, tmp_path: Path
) -> None:
    names = {"_scheme": "full", "full_name": "Ann"}
    for number in range(20):
        make_customer(identifier=f"EDIT{number:02}", email=None, name_parts=names, notes=None)

    with _committed(tmp_path) as url:
        edits = _edit(url)

    with scope(organizer=organizer):
        assert len(edits) == PROCESSES * EDITS
        assert {"applied", "taken"} <= {outcome for outcome, _values in edits}
        assert sorted(_written("notes")) == sorted(_applied(edits, "notes"))
        assert sorted(_written("external_identifier")) == sorted(
            _applied(edits, "external_identifier")
        )
        for customer in Customer.objects.all():
            _check(customer)
    assert maintained(organizer) == counted(organizer)


def _applied(edits: list[Edit], field: str) -> list[str]:
    return [values[field] for outcome, values in edits if outcome == "applied" and field in values]


def _written(field: str) -> list[str]:
    """All values of a field that the history of a customer has."""
    changes = [event.changes or {} for event in Event.objects.all()]
    return [each[field][1] for each in changes if field in each]


def _check(customer: Customer) -> None:
    """Check that each event continues the previous one, and that the last one has the stored
    values.
    """
    events = [*Event.objects.filter(customer=customer).order_by("pk")]
    assert [event.version for event in events] == [*range(2, customer.version + 1)]
    last: dict[str, Any] = {}
    for event in events:
        for name, (before, after) in (event.changes or {}).items():
            assert before == last.get(name)
            last[name] = after
    given = {"name_parts", "is_active", "is_verified", "locale"}
    assert set(untrue_fields(customer, events)) <= given
