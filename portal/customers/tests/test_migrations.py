"""The migration to partitions and back again, with customers who are there already."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from portal.conftest import CustomerMaker
from portal.customers.demo import demo_customers
from portal.customers.indexing import FEW
from portal.customers.loading import add_customers
from portal.customers.partitions import ALL, SHARED, parts_of
from portal.customers.prepared import make_ready
from portal.customers.tests.rows import emails_of
from portal.customers.tests.test_counts import counted, kept, sql
from portal.organizers.models import Organizer

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no partitions"),
    pytest.mark.django_db(transaction=True),
]
BEFORE, BEHIND = "0006_identifiers_ignoring_case", "0007_partitions"


def _migrate(name: str) -> None:
    call_command("migrate", "customers", name, verbosity=0)


def _indexes() -> set[str]:
    """The definitions, without their names."""
    with connection.cursor() as cursor:
        return {part.definition for part in parts_of(cursor, ALL)}


@pytest.fixture
def unpartitioned(db: None) -> Iterator[None]:
    _migrate(BEFORE)
    yield
    _migrate(BEHIND)


@pytest.fixture
def reader(unpartitioned: None) -> Iterator[str]:
    """A role that may read what there is, such as one for reports."""
    sql("CREATE ROLE reader_of_customers")
    sql(f"GRANT SELECT ON {ALL} TO reader_of_customers")
    yield "reader_of_customers"
    sql("DROP OWNED BY reader_of_customers")
    sql("DROP ROLE reader_of_customers")


@pytest.mark.usefixtures("unpartitioned")
def test_who_was_there_is_there_and_new_ones_have_other_numbers(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    before = make_customer()

    _migrate(BEHIND)
    behind = make_customer()

    assert emails_of(organizer).keys() == {before.identifier, behind.identifier}
    assert behind.pk > before.pk
    assert kept(organizer) == counted(organizer)


def test_whoever_may_read_before_may_read_behind(reader: str) -> None:
    _migrate(BEHIND)

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'SELECT')", [reader, ALL])
        assert cursor.fetchone() == (True,)


def test_back_again_all_are_in_one_table(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    partitioned = _indexes()
    last = make_customer(of=rival)
    add_customers(organizer, [make_ready(row.row for row in demo_customers(20))], expected=FEW)

    _migrate(BEFORE)
    assert make_customer(of=rival).pk > last.pk
    assert [sum(kept(each).values()) for each in (organizer, rival)] == [20, 2]
    assert kept(organizer) == counted(organizer)
    assert partitioned - _indexes() == {"PRIMARY KEY (organizer_id, id)"}
    _migrate(BEHIND)

    assert _indexes() == partitioned
    assert kept(organizer) == counted(organizer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT tableoid::regclass::text FROM {ALL}")
        assert cursor.fetchall() == [(SHARED,)]
