"""Loading while somebody else writes: nobody fails for it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from portal.conftest import CustomerMaker
from portal.customers.loading import LoadReport, load_customers
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
