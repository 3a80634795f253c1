"""Loading while somebody else writes: nobody fails for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from portal.conftest import CustomerMaker
from portal.customers.demo import demo_customers
from portal.customers.indexing import FEW
from portal.customers.loading import LoadReport, add_customers, load_customers
from portal.customers.prepared import Ready, make_ready
from portal.customers.rows import Placed
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer

WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
PATIENCE = 20


def _wait_until_somebody_waits() -> None:
    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_customer_who_is_saved_during_the_first_import_is_updated(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    is_saved = Event()

    def save() -> None:
        with transaction.atomic():
            make_customer(identifier="ANN", email="old@x.org")
            is_saved.set()
            _wait_until_somebody_waits()
        connection.close()

    with ThreadPoolExecutor() as pool:
        saving = pool.submit(save)
        is_saved.wait()
        report = load_customers(organizer, [make_row("ANN", "ann@x.org"), make_row("BOB", None)])
        saving.result()

    assert report == LoadReport(created=1, updated=1)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_first_loads_of_many_do_not_lock_each_other_out(
    organizer: Organizer, rival: Organizer
) -> None:
    is_staging, is_writing = Event(), Event()

    def slowly() -> Iterator[Placed]:
        yield from rows
        is_staging.set()
        is_writing.wait(PATIENCE)

    def load_slowly() -> LoadReport:
        try:
            return load_customers(organizer, slowly())
        finally:
            connection.close()

    def write() -> Iterator[Ready]:
        is_writing.set()
        yield prepared
        _wait_until_somebody_waits()

    rows = [*demo_customers(FEW)]
    prepared = make_ready(each.row for each in rows)
    with ThreadPoolExecutor() as pool:
        staging = pool.submit(load_slowly)
        is_staging.wait()
        added = add_customers(rival, write(), expected=FEW)
        assert staging.result() == added == LoadReport(created=FEW)
