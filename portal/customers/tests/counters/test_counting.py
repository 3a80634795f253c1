"""The table of maintained counts stays small, and no transaction waits for another one."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django_scopes import scope, scopes_disabled

from portal.conftest import CustomerMaker
from portal.customers.counters.maintained_counts import CustomerCount
from portal.customers.models import Customer
from portal.customers.tests.counters.test_maintained_counts import TABLE, counted, maintained, sql
from portal.organizers.models import Organizer

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'")
PLAIN = "organizer_id, identifier, state, is_active, is_verified, locale"
COLUMNS = f"{PLAIN}, name_parts, name, search_text, date_joined, last_modified"
VALUES = "%s, %s, 2, TRUE, FALSE, %s, '{}', '', '', '2026-01-01 00:00:00', '2026-01-01 00:00:00'"


def insert(organizer: Organizer, identifier: str, locale: str, insert: str = "INSERT") -> None:
    sql(f"{insert} INTO {TABLE} ({COLUMNS}) VALUES ({VALUES})", organizer.pk, identifier, locale)


def count_rows() -> int:
    with scopes_disabled():
        return CustomerCount.objects.count()


@pytest.fixture
def fixed_random_seed(db: None) -> None:
    """A fixed seed for the random numbers by which PostgreSQL decides to merge rows."""
    if connection.vendor == "postgresql":
        sql("SELECT setseed(0.5)")


@on_sqlite
def test_a_replaced_customer_is_counted_once(organizer: Organizer) -> None:
    insert(organizer, "C1", "de")
    insert(organizer, "C1", "fr", insert="INSERT OR REPLACE")

    assert maintained(organizer) == counted(organizer)
    assert sum(maintained(organizer).values()) == 1


@on_postgresql
def test_a_write_that_changes_no_number_appends_no_row(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")
    make_customer(locale="de")
    before = count_rows()

    with scope(organizer=organizer):
        Customer.objects.update(locale="de", last_login=None)
        Customer.objects.filter(locale="fr").delete()

    assert count_rows() == before


@pytest.mark.usefixtures("fixed_random_seed")
def test_many_small_writes_leave_few_rows(organizer: Organizer) -> None:
    for number in range(600):
        insert(organizer, f"C{number}", "de")

    assert count_rows() < 500
    assert maintained(organizer) == counted(organizer)


def test_an_organizer_can_be_deleted(organizer: Organizer, make_customer: CustomerMaker) -> None:
    make_customer()

    with scopes_disabled():
        organizer.delete()

        remaining = CustomerCount.objects.aggregate(number=Sum("number"))["number"]
    assert not remaining


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """A pool of threads. Each thread has a connection that does not wait for locks."""

    def set_up() -> None:
        sql("SET lock_timeout = '1s'")

    with ThreadPoolExecutor(4, initializer=set_up) as threads:
        yield threads
        barrier = threading.Barrier(4)

        def close() -> None:
            connection.close()
            barrier.wait(5)

        for closing in [threads.submit(close) for _ in range(4)]:
            closing.result()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_no_write_waits_for_an_open_transaction(
    organizer: Organizer, threads: ThreadPoolExecutor
) -> None:
    insert(organizer, "C0", "de")
    with transaction.atomic():
        # This statement merges all rows, and locks the rows until the end of the transaction.
        sql("SELECT customers_fold_counts(ARRAY[%s]::bigint[])", organizer.pk)
        insert(organizer, "C1", "de")

        threads.submit(_write_and_merge, organizer, "A").result(30)

    assert maintained(organizer) == counted(organizer)


def _write_and_merge(organizer: Organizer, name: str) -> None:
    for number in range(60):
        insert(organizer, f"{name}{number}", ("de", "fr")[number % 2])
        if number % 3 == 0:
            sql(f"UPDATE {TABLE} SET locale = 'nl' WHERE identifier = %s", f"{name}{number}")
        if number % 10 == 0:
            sql("SELECT customers_fold_counts(ARRAY[%s]::bigint[])", organizer.pk)
            sql(f"DELETE FROM {TABLE} WHERE identifier = %s", f"{name}{number}")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_concurrent_writes_and_merges_lose_no_customer(
    organizer: Organizer, threads: ThreadPoolExecutor
) -> None:
    working = [threads.submit(_write_and_merge, organizer, name) for name in "ABCD"]

    for each in working:
        each.result(60)

    assert maintained(organizer) == counted(organizer)
    assert sum(maintained(organizer).values()) == 4 * 54
