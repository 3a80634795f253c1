"""An import and a transaction that writes at the same time: both succeed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from threading import Event
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.demo.customers import demo_customers
from portal.customers.importing.formats.files import read_blocks
from portal.customers.importing.load import LoadReport, import_blocks, load_customers
from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN, make_row
from portal.history.actors import Actor
from portal.organizers.models import Organizer

WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
TIMEOUT = 20
# Fewer customers than ANALYZE_FROM, because ANALYZE holds its lock until the transaction ends.
LOADED = 500
Result = TypeVar("Result")


def on_postgresql(test: Callable[..., None]) -> Any:
    """A decorator for tests on PostgreSQL that commit and use several connections."""
    skip = pytest.mark.skipif(
        connection.vendor == "sqlite", reason="SQLite has one writer at a time"
    )
    return skip(pytest.mark.django_db(transaction=True)(test))


def _wait_for_a_waiting_lock() -> None:
    end = time.monotonic() + TIMEOUT
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError


def _load_while_saving(
    organizer: Organizer, make_customer: CustomerMaker, **fields: str
) -> LoadReport:
    """Import ANN and BOB.

    Another transaction saves a customer between the comparison and the UPDATE.
    """
    is_saved = Event()

    def save() -> None:
        with transaction.atomic():
            make_customer(**fields)
            is_saved.set()
            _wait_for_a_waiting_lock()

    rows = [make_row("ANN", "ann@x.org"), make_row("BOB", None)]
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(_with_own_connection, save)
        is_saved.wait(TIMEOUT)
        report = load_customers(organizer, rows)
        saving.result()
    return report


@on_postgresql
def test_a_customer_that_is_saved_during_a_load_is_updated(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    report = _load_while_saving(organizer, make_customer, identifier="ANN", email="old@x.org")

    assert report == LoadReport(created=1, updated=1)


@on_postgresql
def test_an_email_that_is_saved_during_a_load_is_taken(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    load_customers(organizer, [make_row("COY", None)])

    report = _load_while_saving(organizer, make_customer, identifier="OLD", email="ann@x.org")

    assert (report.created, report.updated) == (1, 0)
    assert [str(each) for each in report.rejections] == [
        "row ANN (ANN): email: ann@x.org belongs to customer OLD"
    ]


@on_postgresql
def test_an_edit_during_a_load_stays(organizer: Organizer) -> None:
    load_customers(organizer, [make_row("ANN", "ann@x.org")])
    is_edited = Event()

    def edit() -> None:
        with transaction.atomic(), scope(organizer=organizer):
            values = {"email": "ours@x.org"}
            services.change_customer(organizer, "ANN", values, actor=Actor.from_command("test"))
            is_edited.set()
            _wait_for_a_waiting_lock()

    row = make_row("ANN", "ann@x.org", locale="fr", last_modified="2022-01-01T00:00:00Z")
    with ThreadPoolExecutor() as pool:
        editing = pool.submit(_with_own_connection, edit)
        is_edited.wait(TIMEOUT)
        assert load_customers(organizer, [row]) == LoadReport(updated=1)
        editing.result()

    with scope(organizer=organizer):
        assert Customer.objects.values_list("email", "locale").get() == ("ours@x.org", "fr")


def _with_own_connection(work: Callable[[], Result]) -> Result:
    """Call `work` and return its result. The connection of the thread is closed afterwards."""
    try:
        return work()
    finally:
        connection.close()


def _in_thread(work: Callable[[], Result]) -> Result:
    """Call `work` in a thread with another connection, while this transaction is open."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(_with_own_connection, work).result(TIMEOUT)


@on_postgresql
def test_loads_of_two_organizers_do_not_wait_for_each_other(
    organizer: Organizer, rival: Organizer
) -> None:
    with transaction.atomic():
        first = load_customers(organizer, demo_customers(LOADED))
        second = _in_thread(partial(load_customers, rival, demo_customers(LOADED)))

    assert first == second == LoadReport(created=LOADED)


@on_postgresql
def test_a_load_waits_for_another_load_of_its_organizer(organizer: Organizer) -> None:
    load = partial(load_customers, organizer, list(demo_customers(20)))
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            first = load()
            second = pool.submit(_with_own_connection, load)
            _wait_for_a_waiting_lock()
        assert second.result(TIMEOUT) == LoadReport(unchanged=20)

    assert first == LoadReport(created=20)


@on_postgresql
def test_an_import_keeps_what_an_earlier_one_writes_meanwhile(organizer: Organizer) -> None:
    later = {**GIVEN, "locale": "fr"}
    blocks = read_blocks(BytesIO(json.dumps([later]).encode()), name="file")
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            load_customers(organizer, [make_row("8WSAJCJ", "customer@example.org", notes="VIP")])
            work = partial(_with_own_connection, partial(import_blocks, organizer, blocks))
            report = pool.submit(work)
            _wait_for_a_waiting_lock()
        assert report.result(TIMEOUT) == LoadReport(updated=1)

    with scope(organizer=organizer):
        assert Customer.objects.values_list("locale", "notes").get() == ("fr", "VIP")


@on_postgresql
def test_customers_are_read_and_written_during_a_load(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    with transaction.atomic():
        load_customers(organizer, demo_customers(LOADED))
        _in_thread(partial(make_customer, of=rival))
        _in_thread(partial(make_customer, of=organizer))
        assert _in_thread(partial(_counts, rival, organizer)) == [1, 1]

    assert _counts(rival, organizer) == [1, LOADED + 1]


def _counts(*organizers: Organizer) -> list[int]:
    counts = []
    for organizer in organizers:
        with scope(organizer=organizer):
            counts.append(Customer.objects.count())
    return counts
