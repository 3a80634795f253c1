"""The quick way in: for customers who are known to be new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.demo import demo_customers
from portal.customers.loading import LoadReport, add_customers, load_customers
from portal.customers.models import Customer
from portal.customers.prepared import Ready, make_ready
from portal.customers.rows import Placed
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer


def _ready(rows: Iterable[Placed]) -> Ready:
    return make_ready(placed.row for placed in rows)


def test_customers_come_out_as_by_the_other_way_in(organizer: Organizer) -> None:
    rows = list(demo_customers(2_500))

    added = add_customers(organizer, [_ready(rows[:999]), _ready(rows[999:])], expected=2_500)

    assert added == LoadReport(created=2_500)
    assert load_customers(organizer, rows) == LoadReport(unchanged=2_500)


def test_no_sign_in_a_text_is_lost(organizer: Organizer) -> None:
    parts = {"_scheme": "full", "full_name": "\\N\t\\x41"}
    row = make_row("ANN", None, name_parts=parts, phone="", notes="\\.\n\r\n\\t\\")

    add_customers(organizer, [_ready([row])], expected=1)

    assert load_customers(organizer, [row]) == LoadReport(unchanged=1)


def test_one_that_is_there_already_stops_all(organizer: Organizer) -> None:
    rows = list(demo_customers(10))

    with pytest.raises(IntegrityError):
        add_customers(organizer, [_ready(rows), _ready(rows[:1])], expected=11)
    with scope(organizer=organizer):
        assert not Customer.objects.exists()


UNKNOWN = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = 'customers_customer'::regclass
    EXCEPT SELECT attname FROM pg_stats WHERE tablename = 'customers_customer'"""
VISIBLE = """
    SELECT relallvisible, relpages FROM pg_class WHERE oid = 'customers_customer'::regclass"""
AUTOVACUUM = {
    "autovacuum_vacuum_scale_factor=0.02",
    "autovacuum_vacuum_insert_scale_factor=0.02",
    "autovacuum_analyze_scale_factor=0.01",
}
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has statistics of indexes only"
)


def _fetch(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@on_postgresql
def test_the_planner_knows_every_column_of_an_index(organizer: Organizer) -> None:
    add_customers(organizer, [_ready(demo_customers(1_000))], expected=1_000)

    assert _fetch("SELECT 1 FROM pg_stats WHERE tablename = 'customers_customer'")
    assert _fetch(UNKNOWN) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_after_a_large_load_the_visibility_map_is_set(organizer: Organizer) -> None:
    with connection.cursor() as cursor:
        # VACUUM marks only pages whose rows are known to be committed, on the disk.
        cursor.execute("SET synchronous_commit = on")

    add_customers(organizer, [_ready(demo_customers(1_000))], expected=1_000)

    [(visible, pages)] = _fetch(VISIBLE)
    assert visible == pages > 0


@on_postgresql
@pytest.mark.django_db
def test_autovacuum_looks_after_few_changes() -> None:
    [(options,)] = _fetch("SELECT reloptions FROM pg_class WHERE relname = 'customers_customer'")

    assert set(options) == AUTOVACUUM


def _indexes() -> dict[str, Any]:
    """With the constraints."""
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, Customer._meta.db_table)


@pytest.mark.parametrize("expected", [10, 1_000_000])
def test_the_table_has_its_indexes_afterwards(organizer: Organizer, expected: int) -> None:
    before = _indexes()

    add_customers(organizer, [_ready(demo_customers(10))], expected=expected)

    assert _indexes() == before
    assert before.keys() >= {index.name for index in Customer._meta.indexes}


@pytest.mark.parametrize("expected", [10, 1_000_000])
def test_who_was_loaded_is_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker, expected: int
) -> None:
    make_customer(of=rival, identifier="BEFORE")
    add_customers(organizer, [_ready(demo_customers(10))], expected=expected)
    make_customer(identifier="BEHIND")

    loaded = next(demo_customers(1)).row.identifier
    for of, identifier in ((rival, "BEFORE"), (organizer, loaded), (organizer, "BEHIND")):
        with scope(organizer=of):
            search = services.search_customers(of, query=QueryDict(f"search={identifier}"))
            assert [customer.identifier for customer in search.customers] == [identifier]


def test_so_it_has_after_the_first_import_of_many(organizer: Organizer) -> None:
    before = _indexes()

    report = load_customers(organizer, demo_customers(10_000))

    assert report == LoadReport(created=10_000)
    assert _indexes() == before


def test_a_failed_load_leaves_the_indexes_as_they_were(organizer: Organizer) -> None:
    before = _indexes()
    rows = _ready(demo_customers(10))

    with pytest.raises(IntegrityError):
        add_customers(organizer, [rows, rows], expected=1_000_000)

    assert _indexes() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes")
def test_indexes_are_kept_where_others_have_customers(
    organizer: Organizer, rival: Organizer
) -> None:
    add_customers(rival, [_ready(demo_customers(10_001))], expected=10_001)

    with CaptureQueriesContext(connection) as queries:
        add_customers(organizer, [_ready(demo_customers(10))], expected=10_000)

    assert not any("DROP INDEX" in query["sql"] for query in queries)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="an option of SQLite")
def test_the_index_of_the_search_is_merged_again_afterwards(organizer: Organizer) -> None:
    add_customers(organizer, [_ready(demo_customers(10))], expected=1_000_000)

    with connection.cursor() as cursor:
        cursor.execute("SELECT v FROM customers_search_config WHERE k = 'automerge'")
        assert cursor.fetchone() == (4,)
