"""Indexes in bulk loads: making one of many rows is quicker than keeping it up row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django_scopes import scopes_disabled

from portal.customers.models import Customer
from portal.customers.words import INDEX_ON_SQLITE

# For each index the statements that drop it and that make it again. SQLite cannot part with those
# of unique constraints; its index of the search is a table that triggers keep. By default it merges
# the parts of that again and again while they are made, which takes longer.
INDEXES: Final = {
    "sqlite": """
        SELECT 'DROP INDEX ' || name, sql FROM sqlite_master
        WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL
        UNION ALL
        SELECT 'DROP TRIGGER ' || name, sql FROM sqlite_master
        WHERE type = 'trigger' AND tbl_name = '{table}' AND name LIKE 'customer_search_%'
        UNION ALL
        SELECT 'SELECT 1', 'INSERT INTO {search} ({search}, rank) VALUES (''automerge'', 0)'
        UNION ALL
        SELECT 'SELECT 1', 'INSERT INTO {search} ({search}) VALUES (''rebuild'')'
        UNION ALL
        SELECT 'SELECT 1', 'INSERT INTO {search} ({search}, rank) VALUES (''automerge'', 4)'""",
    "postgresql": """
        SELECT
            CASE WHEN conname IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', indrelid::regclass, conname) END,
            CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
            ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', indrelid::regclass, conname,
                pg_get_constraintdef(pg_constraint.oid)) END
        FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid
        WHERE indrelid = '{table}'::regclass AND NOT indisprimary
        ORDER BY conname NULLS LAST, indexrelid::regclass::text""",
}
# No lock of the table: each would have it shared, and wait for the other to have it alone.
QUEUE: Final = "SELECT pg_advisory_xact_lock('{table}'::regclass::BIGINT)"
TABLES: Final = {"table": Customer._meta.db_table, "search": INDEX_ON_SQLITE}
FEW: Final = 10_000


@contextmanager
def indexes_for(expected: int, *, beside: int) -> Iterator[None]:
    """Around a load of so many new customers, within a transaction.

    Where there are not more others than `beside`, the table's indexes are made anew. It pays up
    to twice as many others as new ones, but nobody can read customers on PostgreSQL meanwhile.
    What is not unique is refused there at the end only. Such loads queue; before it the transaction
    must not have looked at customers, or it keeps the load before it from having them alone.
    """
    if not _pays(expected, beside):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(INDEXES[connection.vendor].format(**TABLES))
        indexes = cursor.fetchall()
        _check_what_waits(cursor)
        for drop, _make in indexes:
            cursor.execute(drop)
        yield
        _check_what_waits(cursor)
        for _drop, make in indexes:
            cursor.execute(make)


def _pays(expected: int, beside: int) -> bool:
    """Told in turn, which lasts until the end of the transaction. SQLite has one writer anyway."""
    if expected < FEW:
        return False
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(QUEUE.format(**TABLES))
    return not has_more_than(beside)


def _check_what_waits(cursor: CursorWrapper) -> None:
    """What PostgreSQL would check at the end of the transaction stands in the way."""
    if connection.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def has_more_than(number: int) -> bool:
    """Whether all organizers together have more customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
