"""Indexes, triggers, counts and statistics after an import, with and without rebuilt indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.demo.customers import demo_customers
from portal.customers.importing.indexes import REBUILD_FROM
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import StagedRow
from portal.customers.models import Customer
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.customers.tests.lists import list_of
from portal.customers.tests.rows import make_row
from portal.history.actors import Actor
from portal.organizers.models import Organizer

WITHOUT_STATISTICS = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = '{0}'::regclass
    EXCEPT SELECT attname FROM pg_stats WHERE tablename = '{0}'"""
STATISTICS = {
    "postgresql": "SELECT 1 FROM pg_stats WHERE tablename = '{}'",
    "sqlite": "SELECT 1 FROM main.sqlite_stat1 WHERE tbl = '{}'",
}
AUTOVACUUM = {
    "autovacuum_vacuum_scale_factor=0.02",
    "autovacuum_vacuum_insert_scale_factor=0.02",
    "autovacuum_analyze_scale_factor=0.01",
}
# Tests run twice: an import of ten customers rebuilds the indexes on SQLite, or updates them.
for_each_threshold = pytest.mark.parametrize("rebuild_from", [5, REBUILD_FROM])
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has statistics of indexes only"
)


def _fetch(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_the_planner_has_statistics_of_every_indexed_column(organizer: Organizer) -> None:
    load_customers(organizer, demo_customers(1_000), actor=Actor.from_import("files"))

    for table in ("customers_customer", "history_event"):
        assert _fetch(STATISTICS[connection.vendor].format(table))
        if connection.vendor == "postgresql":
            assert _fetch(WITHOUT_STATISTICS.format(table)) == []


@on_postgresql
@pytest.mark.django_db
def test_autovacuum_runs_after_few_changes() -> None:
    [(options,)] = _fetch("SELECT reloptions FROM pg_class WHERE relname = 'customers_customer'")

    assert set(options) == AUTOVACUUM


@on_postgresql
@pytest.mark.django_db
def test_the_statistics_target_of_the_search_text_is_raised() -> None:
    query = """
        SELECT attstattarget FROM pg_attribute
        WHERE attrelid = 'customers_customer'::regclass AND attname = 'search_text'"""

    assert _fetch(query) == [(500,)]


def _indexes() -> dict[str, Any]:
    """All indexes and constraints of the table of customers."""
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, Customer._meta.db_table)


@for_each_threshold
def test_the_table_has_all_its_indexes(organizer: Organizer, rebuild_from: int) -> None:
    before = _indexes()

    load_customers(organizer, demo_customers(10), rebuild_from=rebuild_from)

    assert _indexes() == before
    assert before.keys() >= {index.name for index in Customer._meta.indexes}


@for_each_threshold
def test_loaded_customers_are_found_and_counted(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker, rebuild_from: int
) -> None:
    make_customer(of=rival, identifier="BEFORE")
    load_customers(organizer, demo_customers(10), rebuild_from=rebuild_from)
    make_customer(identifier="AFTER")

    loaded = next(demo_customers(1)).row.identifier
    for of, identifier in ((rival, "BEFORE"), (organizer, loaded), (organizer, "AFTER")):
        with scope(organizer=of):
            found = list_of(of, f"search={identifier}").read_page(["identifier"], 1, 2)
            assert found.rows == [(identifier,)]
        assert maintained(of) == counted(of)


@for_each_threshold
def test_updated_customers_are_found_and_counted(organizer: Organizer, rebuild_from: int) -> None:
    load_customers(organizer, [make_row("ANN", "ann@x.org", locale="de")])
    changed = make_row("ANN", "new@x.org", locale="fr")

    report = load_customers(organizer, [changed, *demo_customers(10)], rebuild_from=rebuild_from)

    assert report == LoadReport(created=10, updated=1)
    assert maintained(organizer) == counted(organizer)
    for email, number in (("ann@x.org", 0), ("new@x.org", 1)):
        with scope(organizer=organizer):
            assert list_of(organizer, f"search={email}").count() == number


def _interrupted_rows() -> Iterator[StagedRow]:
    yield from demo_customers(10)
    raise KeyboardInterrupt


@for_each_threshold
def test_a_failed_load_keeps_the_indexes(organizer: Organizer, rebuild_from: int) -> None:
    before = _indexes()

    with pytest.raises(KeyboardInterrupt):
        load_customers(organizer, _interrupted_rows(), rebuild_from=rebuild_from)

    assert _indexes() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does not rebuild indexes")
@pytest.mark.parametrize(("others", "is_rebuilt"), [(0, True), (2, True), (3, False)])
def test_indexes_are_not_rebuilt_beside_many_other_customers(
    organizer: Organizer, rival: Organizer, others: int, is_rebuilt: bool
) -> None:
    load_customers(rival, demo_customers(others))

    with CaptureQueriesContext(connection) as queries:
        load_customers(organizer, demo_customers(10), rebuild_from=10)

    assert any("DROP INDEX" in query["sql"] for query in queries) == is_rebuilt


@pytest.mark.skipif(connection.vendor != "sqlite", reason="an option of SQLite")
def test_the_search_index_merges_its_segments_after_a_load(organizer: Organizer) -> None:
    load_customers(organizer, demo_customers(10), rebuild_from=10)

    with connection.cursor() as cursor:
        cursor.execute("SELECT v FROM customers_search_config WHERE k = 'automerge'")
        assert cursor.fetchone() == (4,)
