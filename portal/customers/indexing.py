"""SQLite: the indexes of customers are dropped during a large load, and made again at its end.

That is quicker than to update the indexes row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.counting import counted_at_once
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


@contextmanager
def written_at_once(count: int) -> Iterator[None]:
    """Around a load that writes so many customers, within a transaction.

    For a large load on SQLite, unless the table has a fourth as many already: to make the indexes
    of all customers anew pays up to about as many.
    """
    if connection.vendor != "sqlite" or count < FEW or _has_more_than(count // 4):
        yield
        return
    with counted_at_once(), connection.cursor() as cursor:
        cursor.execute(INDEXES.format(table=Customer._meta.db_table, search=INDEX_ON_SQLITE))
        indexes = cursor.fetchall()
        for drop, _make in indexes:
            cursor.execute(drop)
        yield
        for _drop, make in indexes:
            cursor.execute(make)


def _has_more_than(number: int) -> bool:
    """Whether all organizers together have more customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
