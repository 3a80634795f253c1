"""Large loads: the indexes, the triggers and the statistics are in order afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.demo.customers import demo_customers
from portal.customers.importing import indexes as indexing
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import Placed
from portal.customers.models import Customer
from portal.customers.tests.asking import asked
from portal.customers.tests.counters.test_counts import counted, kept
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer


@pytest.fixture(params=[5, 10_000])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """From so many customers on a load is a large one: ten are, or are not."""
    few: int = request.param
    monkeypatch.setattr(indexing, "FEW", few)
    return few


UNKNOWN = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = 'customers_customer'::regclass
    EXCEPT SELECT attname FROM pg_stats WHERE tablename = 'customers_customer'"""
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
    load_customers(organizer, demo_customers(1_000))

    assert _fetch("SELECT 1 FROM pg_stats WHERE tablename = 'customers_customer'")
    assert _fetch(UNKNOWN) == []


@on_postgresql
@pytest.mark.django_db
def test_autovacuum_looks_after_few_changes() -> None:
    [(options,)] = _fetch("SELECT reloptions FROM pg_class WHERE relname = 'customers_customer'")

    assert set(options) == AUTOVACUUM


def _indexes() -> dict[str, Any]:
    """With the constraints."""
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, Customer._meta.db_table)


@pytest.mark.usefixtures("size")
def test_the_table_has_its_indexes_afterwards(organizer: Organizer) -> None:
    before = _indexes()

    load_customers(organizer, demo_customers(10))

    assert _indexes() == before
    assert before.keys() >= {index.name for index in Customer._meta.indexes}


@pytest.mark.usefixtures("size")
def test_who_was_loaded_is_found_and_counted(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, identifier="BEFORE")
    load_customers(organizer, demo_customers(10))
    make_customer(identifier="BEHIND")

    loaded = next(demo_customers(1)).row.identifier
    for of, identifier in ((rival, "BEFORE"), (organizer, loaded), (organizer, "BEHIND")):
        with scope(organizer=of):
            found = asked(of, f"search={identifier}").read_page(["identifier"], 1, 2)
            assert found.rows == [(identifier,)]
        assert kept(of) == counted(of)


@pytest.mark.usefixtures("size")
def test_customers_who_are_changed_by_a_load_are_found_and_counted(organizer: Organizer) -> None:
    load_customers(organizer, [make_row("ANN", "ann@x.org", locale="de")])
    changed = make_row("ANN", "new@x.org", locale="fr")

    report = load_customers(organizer, [changed, *demo_customers(10)])

    assert report == LoadReport(created=10, updated=1)
    assert kept(organizer) == counted(organizer)
    for word, number in (("ann@x.org", 0), ("new@x.org", 1)):
        with scope(organizer=organizer):
            assert asked(organizer, f"search={word}").count() == number


def _unreadable() -> Iterator[Placed]:
    yield from demo_customers(10)
    raise KeyboardInterrupt


@pytest.mark.usefixtures("size")
def test_a_failed_load_leaves_the_indexes_as_they_were(organizer: Organizer) -> None:
    before = _indexes()

    with pytest.raises(KeyboardInterrupt):
        load_customers(organizer, _unreadable())

    assert _indexes() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes")
@pytest.mark.parametrize(("others", "is_kept"), [(0, False), (2, False), (3, True)])
def test_indexes_are_kept_where_others_have_customers(
    organizer: Organizer,
    rival: Organizer,
    monkeypatch: pytest.MonkeyPatch,
    others: int,
    is_kept: bool,
) -> None:
    monkeypatch.setattr(indexing, "FEW", 10)
    load_customers(rival, demo_customers(others))

    with CaptureQueriesContext(connection) as queries:
        load_customers(organizer, demo_customers(10))

    is_dropped = any("DROP INDEX" in query["sql"] for query in queries)
    assert is_dropped != is_kept


@pytest.mark.skipif(connection.vendor != "sqlite", reason="an option of SQLite")
def test_the_index_of_the_search_is_merged_again_afterwards(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "FEW", 10)

    load_customers(organizer, demo_customers(10))

    with connection.cursor() as cursor:
        cursor.execute("SELECT v FROM customers_search_config WHERE k = 'automerge'")
        assert cursor.fetchone() == (4,)
