"""SQLite: the indexes of customers are dropped during a large load, and made again at its end.

That is quicker than to update the indexes row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.models import Customer
from portal.customers.words import INDEX_ON_SQLITE

# For each index the statements that drop it and that make it again. SQLite cannot part with those
# of unique constraints; its index of the search is a table that triggers keep. By default it merges
# the parts of that again and again while they are made, which takes longer.
INDEXES: Final = """
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
    SELECT 'SELECT 1', 'INSERT INTO {search} ({search}, rank) VALUES (''automerge'', 4)'"""
FEW: Final = 10_000


def indexed_at_once(expected: int, *, beside: int) -> AbstractContextManager[None]:
    """Around a load of about so many new customers, within a transaction.

    For a large load on SQLite, unless the table has more than `beside` customers: to make the
    indexes of all customers anew pays up to twice as many others as new ones.
    """
    if connection.vendor != "sqlite" or expected < FEW or has_more_than(beside):
        return nullcontext()
    return _without_indexes()


@contextmanager
def _without_indexes() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES.format(table=Customer._meta.db_table, search=INDEX_ON_SQLITE))
        indexes = cursor.fetchall()
        for drop, _make in indexes:
            cursor.execute(drop)
        yield
        for _drop, make in indexes:
            cursor.execute(make)


def has_more_than(number: int) -> bool:
    """Whether all organizers together have more customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
