"""Loading while somebody else writes: nobody fails for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.demo.customers import demo_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.models import Customer
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer

WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
PATIENCE = 20
# Fewer than ANALYZE follows on, which would hold its lock until the transaction ends.
SOME = 500
Result = TypeVar("Result")


def beside(test: Callable[..., None]) -> Any:
    """For tests that commit what they do."""
    alone = pytest.mark.skipif(
        connection.vendor == "sqlite", reason="SQLite has one writer at a time"
    )
    return alone(pytest.mark.django_db(transaction=True)(test))


def _wait_until_somebody_waits() -> None:
    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError


def _load_while_saving(
    organizer: Organizer, make_customer: CustomerMaker, **fields: str
) -> LoadReport:
    """Rows for ANN and BOB, compared before a customer is committed and written behind that."""
    is_saved = Event()

    def save() -> None:
        with transaction.atomic():
            make_customer(**fields)
            is_saved.set()
            _wait_until_somebody_waits()

    rows = [make_row("ANN", "ann@x.org"), make_row("BOB", None)]
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(_apart, save)
        is_saved.wait(PATIENCE)
        report = load_customers(organizer, rows)
        saving.result()
    return report


@beside
def test_a_customer_who_is_saved_during_the_first_import_is_updated(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    report = _load_while_saving(organizer, make_customer, identifier="ANN", email="old@x.org")

    assert report == LoadReport(created=1, updated=1)


@beside
def test_an_email_that_is_saved_during_an_import_is_that_of_another_customer(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    load_customers(organizer, [make_row("COY", None)])

    report = _load_while_saving(organizer, make_customer, identifier="OLD", email="ann@x.org")

    assert (report.created, report.updated) == (1, 0)
    assert [str(each) for each in report.rejections] == [
        "row ANN: email: ann@x.org belongs to another customer"
    ]


def _apart(work: Callable[[], Result]) -> Result:
    """What a thread does, without its connection staying open."""
    try:
        return work()
    finally:
        connection.close()


def _beside(work: Callable[[], Result]) -> Result:
    """The work over another connection, while what this one has written is not committed."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(_apart, work).result(PATIENCE)


@beside
def test_two_first_loads_do_not_lock_each_other_out(organizer: Organizer, rival: Organizer) -> None:
    with transaction.atomic():
        first = load_customers(organizer, demo_customers(SOME))
        second = _beside(partial(load_customers, rival, demo_customers(SOME)))

    assert first == second == LoadReport(created=SOME)


@beside
def test_of_two_first_loads_of_the_same_the_second_finds_them_there(organizer: Organizer) -> None:
    load = partial(load_customers, organizer, list(demo_customers(20)))
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            first = load()
            second = pool.submit(_apart, load)
            _wait_until_somebody_waits()
        assert second.result(PATIENCE) == LoadReport(unchanged=20)

    assert first == LoadReport(created=20)


@beside
def test_others_are_read_and_written_while_customers_are_loaded(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    with transaction.atomic():
        load_customers(organizer, demo_customers(SOME))
        _beside(partial(make_customer, of=rival))
        _beside(partial(make_customer, of=organizer))
        assert _beside(partial(_numbers, rival, organizer)) == [1, 1]

    assert _numbers(rival, organizer) == [1, SOME + 1]


def _numbers(*organizers: Organizer) -> list[int]:
    found = []
    for organizer in organizers:
        with scope(organizer=organizer):
            found.append(Customer.objects.count())
    return found
