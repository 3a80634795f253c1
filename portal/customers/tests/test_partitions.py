"""PostgreSQL: who has many customers has a table for them, and nobody notices."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.demo import demo_customers
from portal.customers.indexing import FEW
from portal.customers.loading import add_customers, load_customers
from portal.customers.models import Customer
from portal.customers.partitions import ALL, SHARED, partition_of
from portal.customers.prepared import Ready, make_ready
from portal.customers.tests.rows import make_row
from portal.customers.tests.test_counts import counted, kept, sql
from portal.organizers.models import Organizer

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no partitions"),
    pytest.mark.django_db,
]
TABLES = f"SELECT DISTINCT tableoid::regclass::text FROM {ALL} WHERE organizer_id = %s"
INDEXES = """
    SELECT count(*), count(*) FILTER (WHERE indisvalid) FROM pg_index
    WHERE indrelid = to_regclass(%s)"""
# Written and to be looked at again: none, where all are marked as seen by everybody.
NOT_ALL_VISIBLE = "SELECT relpages - relallvisible FROM pg_class WHERE oid = %s::regclass"


def _fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _ready(count: int) -> Ready:
    return make_ready(placed.row for placed in demo_customers(count))


@pytest.fixture
def partitioned(organizer: Organizer) -> Organizer:
    add_customers(organizer, [_ready(20)], expected=FEW)
    return organizer


def test_many_customers_are_a_table_of_their_own(partitioned: Organizer) -> None:
    assert _fetch(TABLES, partitioned.pk) == [(partition_of(partitioned),)]
    assert partition_of(partitioned) == f"{ALL}_of_{partitioned.pk}"


def test_so_are_many_that_are_staged(organizer: Organizer) -> None:
    load_customers(organizer, demo_customers(FEW))

    assert _fetch(TABLES, organizer.pk) == [(f"{ALL}_of_{organizer.pk}",)]


def test_few_share_one_with_others(organizer: Organizer) -> None:
    add_customers(organizer, [_ready(20)], expected=FEW - 1)

    assert _fetch(TABLES, organizer.pk) == [(SHARED,)]
    assert partition_of(organizer) == SHARED


def test_each_partition_has_every_index(partitioned: Organizer) -> None:
    whole = _fetch(INDEXES, ALL)

    assert whole[0][0] > len(Customer._meta.indexes)
    assert _fetch(INDEXES, SHARED) == _fetch(INDEXES, partition_of(partitioned)) == whole


def test_later_ones_come_to_the_others(
    partitioned: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="ANN")
    load_customers(partitioned, [make_row("ANN", "ann@x.org"), make_row("BOB", None)])
    load_customers(partitioned, demo_customers(FEW))

    assert _fetch(TABLES, partitioned.pk) == [(partition_of(partitioned),)]
    assert sum(kept(partitioned).values()) == FEW + 2


def test_they_come_again_after_all_were_deleted(partitioned: Organizer) -> None:
    with scope(organizer=partitioned):
        Customer.objects.all().delete()

    add_customers(partitioned, [_ready(20)], expected=FEW)

    assert kept(partitioned) == counted(partitioned)
    assert sum(kept(partitioned).values()) == 20


def test_what_is_unique_is_so_in_a_partition(partitioned: Organizer, rival: Organizer) -> None:
    add_customers(rival, [_ready(20)], expected=FEW)

    with pytest.raises(IntegrityError):
        add_customers(rival, [_ready(1)], expected=1)


def test_who_was_saved_before_is_not_forgotten(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    """An import would merge them now: see import_blocks()."""
    make_customer()

    with pytest.raises(IntegrityError):
        add_customers(organizer, [_ready(20)], expected=FEW)
    assert sum(kept(organizer).values()) == 1
    assert partition_of(organizer) == SHARED


def test_a_new_table_is_ready_to_be_read_by_its_indexes_alone(partitioned: Organizer) -> None:
    assert _fetch(NOT_ALL_VISIBLE, partition_of(partitioned)) == [(0,)]


def _insert(partitioned: Organizer, table: str) -> None:
    sql(
        f"INSERT INTO {table} (organizer_id, identifier, is_active, is_verified, locale,"
        " name_parts, name, search_text, date_joined, last_modified)"
        " VALUES (%s, 'NEW', TRUE, FALSE, 'nl', '{}', '', '', now(), now())",
        partitioned.pk,
    )


def _changes(partitioned: Organizer) -> Iterator[Callable[[], None]]:
    table = partition_of(partitioned)
    yield lambda: _insert(partitioned, table)
    yield lambda: sql(f"UPDATE {table} SET locale = 'fr' WHERE is_verified")
    yield lambda: sql(f"DELETE FROM {table} WHERE NOT is_verified")
    yield lambda: sql("SET CONSTRAINTS ALL IMMEDIATE")
    yield lambda: sql(f"TRUNCATE {table}")


def test_what_is_done_to_a_partition_alone_is_counted(
    partitioned: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival)

    for change in _changes(partitioned):
        change()
        for each in (partitioned, rival):
            assert kept(each) == counted(each)
    assert sum(kept(partitioned).values()) == 0
    assert sum(kept(rival).values()) == 1
