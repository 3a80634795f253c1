"""Where many new customers go: a table whose indexes are made when all of them are in it.

That is quicker than to keep the indexes up row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.models import Customer
from portal.customers.partitions import ALL, SHARED, new_partition, partition_of
from portal.customers.words import INDEX_ON_SQLITE
from portal.organizers.models import Organizer

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


def table_for(organizer: Organizer, expected: int, *, beside: int) -> AbstractContextManager[str]:
    """The table that about so many new customers are written to, within a transaction.

    For many an organizer without customers gets a partition; what is not unique is refused at
    the end only. SQLite, which has none, makes the indexes of all customers anew, where there are
    not more others than `beside`: it pays up to twice as many others as new ones.
    """
    if expected < FEW:
        return nullcontext(ALL)
    if connection.vendor == "postgresql":
        has_own = partition_of(organizer) != SHARED
        return nullcontext(ALL) if has_own else new_partition(organizer)
    return nullcontext(ALL) if has_more_than(beside) else _without_indexes()


@contextmanager
def _without_indexes() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES.format(table=ALL, search=INDEX_ON_SQLITE))
        indexes = cursor.fetchall()
        for drop, _make in indexes:
            cursor.execute(drop)
        yield ALL
        for _drop, make in indexes:
            cursor.execute(make)


def has_more_than(number: int) -> bool:
    """Whether all organizers together have more customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
