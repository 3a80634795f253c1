"""How the database counts: in few rows, and no transaction waits for another."""
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
from portal.customers.counters.counts import CustomerCount
from portal.customers.models import Customer
from portal.customers.tests.counters.test_counts import TABLE, counted, kept, sql
from portal.organizers.models import Organizer

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'")
PLAIN = "organizer_id, identifier, is_active, is_verified, locale"
COLUMNS = f"{PLAIN}, name_parts, name, search_text, date_joined, last_modified"
VALUES = "%s, %s, TRUE, FALSE, %s, '{}', '', '', '2026-01-01 00:00:00', '2026-01-01 00:00:00'"


def insert(organizer: Organizer, identifier: str, locale: str, insert: str = "INSERT") -> None:
    sql(f"{insert} INTO {TABLE} ({COLUMNS}) VALUES ({VALUES})", organizer.pk, identifier, locale)


def rows_kept() -> int:
    with scopes_disabled():
        return CustomerCount.objects.count()


@pytest.fixture
def known_chance(db: None) -> None:
    """PostgreSQL folds by chance; this is always the same one."""
    if connection.vendor == "postgresql":
        sql("SELECT setseed(0.5)")


@on_sqlite
def test_a_replaced_customer_is_counted_once(organizer: Organizer) -> None:
    insert(organizer, "C1", "de")
    insert(organizer, "C1", "fr", insert="INSERT OR REPLACE")

    assert kept(organizer) == counted(organizer)
    assert sum(kept(organizer).values()) == 1


@on_postgresql
def test_what_changes_no_number_writes_none(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")
    make_customer(locale="de")
    before = rows_kept()

    with scope(organizer=organizer):
        Customer.objects.update(locale="de", is_active=True, phone="1")
        Customer.objects.filter(locale="fr").delete()

    assert rows_kept() == before


@pytest.mark.usefixtures("known_chance")
def test_many_small_writes_leave_few_rows(organizer: Organizer) -> None:
    for number in range(1_500):
        insert(organizer, f"C{number}", "de")

    assert rows_kept() < 500
    assert kept(organizer) == counted(organizer)


def test_an_organizer_can_be_deleted(organizer: Organizer, make_customer: CustomerMaker) -> None:
    make_customer()

    with scopes_disabled():
        organizer.delete()

        left = CustomerCount.objects.aggregate(number=Sum("number"))["number"]
    assert not left


@pytest.fixture
def clerks() -> Iterator[ThreadPoolExecutor]:
    """Several who work at once, each over a connection of their own, and would not wait."""

    def begin() -> None:
        sql("SET lock_timeout = '1s'")

    with ThreadPoolExecutor(4, initializer=begin) as clerks:
        yield clerks
        barrier = threading.Barrier(4)

        def leave() -> None:
            connection.close()
            barrier.wait(5)

        for gone in [clerks.submit(leave) for _ in range(4)]:
            gone.result()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_transaction_that_stays_open(
    organizer: Organizer, clerks: ThreadPoolExecutor
) -> None:
    insert(organizer, "C0", "de")
    with transaction.atomic():
        # Folds all rows that there are, and keeps them locked.
        sql("SELECT customers_fold_counts(ARRAY[%s]::bigint[])", organizer.pk)
        insert(organizer, "C1", "de")

        clerks.submit(_write_and_fold, organizer, "A").result(30)

    assert kept(organizer) == counted(organizer)


def _write_and_fold(organizer: Organizer, name: str) -> None:
    for number in range(60):
        insert(organizer, f"{name}{number}", ("de", "fr")[number % 2])
        if number % 3 == 0:
            sql(f"UPDATE {TABLE} SET locale = 'nl' WHERE identifier = %s", f"{name}{number}")
        if number % 10 == 0:
            sql("SELECT customers_fold_counts(ARRAY[%s]::bigint[])", organizer.pk)
            sql(f"DELETE FROM {TABLE} WHERE identifier = %s", f"{name}{number}")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_those_who_write_and_fold_at_once_lose_nobody(
    organizer: Organizer, clerks: ThreadPoolExecutor
) -> None:
    working = [clerks.submit(_write_and_fold, organizer, name) for name in "ABCD"]

    for each in working:
        each.result(60)

    assert kept(organizer) == counted(organizer)
    assert sum(kept(organizer).values()) == 4 * 54
