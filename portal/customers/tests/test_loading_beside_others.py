"""Loading while somebody else writes: nobody fails for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from django.db import IntegrityError, connection, transaction
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.demo import demo_customers
from portal.customers.indexing import FEW
from portal.customers.loading import LoadReport, add_customers, load_customers
from portal.customers.models import Customer
from portal.customers.prepared import Ready, make_ready
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer

WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"
PATIENCE = 20
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


@beside
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


def _apart(work: Callable[[], Result]) -> Result:
    """What a thread does, without its connection staying open."""
    try:
        return work()
    finally:
        connection.close()


@beside
def test_two_first_loads_of_many_do_not_lock_each_other_out(
    organizer: Organizer, rival: Organizer
) -> None:
    all_are_written = Barrier(2, timeout=PATIENCE)

    def batches() -> Iterator[Ready]:
        yield prepared
        all_are_written.wait()

    prepared = make_ready(each.row for each in demo_customers(FEW))
    with ThreadPoolExecutor() as pool:
        loads = [
            pool.submit(_apart, partial(add_customers, each, batches(), expected=FEW))
            for each in (organizer, rival)
        ]
        assert [load.result() for load in loads] == [LoadReport(created=FEW)] * 2


@beside
def test_of_two_first_loads_of_the_same_the_second_finds_them_there(organizer: Organizer) -> None:
    is_writing = Event()

    def batches() -> Iterator[Ready]:
        is_writing.set()
        yield prepared
        _wait_until_somebody_waits()

    prepared = make_ready(each.row for each in demo_customers(20))
    first = partial(add_customers, organizer, batches(), expected=FEW)
    with ThreadPoolExecutor() as pool:
        load = pool.submit(_apart, first)
        is_writing.wait(PATIENCE)
        with pytest.raises(IntegrityError):
            add_customers(organizer, [prepared], expected=FEW)
        assert load.result() == LoadReport(created=20)


@beside
def test_others_are_read_and_written_while_many_are_loaded(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    def batches() -> Iterator[Ready]:
        with ThreadPoolExecutor() as pool:
            yield prepared
            pool.submit(_apart, partial(make_customer, of=rival)).result(PATIENCE)
            assert pool.submit(_apart, partial(_numbers, rival, organizer)).result(PATIENCE) == [
                1,
                0,
            ]

    prepared = make_ready(each.row for each in demo_customers(20))
    add_customers(organizer, batches(), expected=FEW)

    assert _numbers(rival, organizer) == [1, 20]


def _numbers(*organizers: Organizer) -> list[int]:
    found = []
    for organizer in organizers:
        with scope(organizer=organizer):
            found.append(Customer.objects.count())
    return found
