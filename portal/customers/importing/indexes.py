"""SQLite: indexes and triggers of customers are dropped during a large load, and made again after.

That is quicker than to update the indexes and the counts row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.counters.counts import KEY, CustomerCount
from portal.customers.models import SEARCH_INDEX_ON_SQLITE, Customer

# From the database's own definitions. Those of unique constraints have no SQL and stay.
DEFINITIONS: Final = """
    SELECT type, name, sql FROM sqlite_master
    WHERE tbl_name = '{table}' AND type IN ('index', 'trigger') AND sql IS NOT NULL
    ORDER BY type"""
# Behind the indexes and before the triggers. By default FTS5 merges the parts of its index again
# and again while they are written, which takes longer.
CATCH_UP: Final = (
    "INSERT INTO {search} ({search}, rank) VALUES ('automerge', 0)",
    "INSERT INTO {search} ({search}) VALUES ('rebuild')",
    "INSERT INTO {search} ({search}, rank) VALUES ('automerge', 4)",
    "DELETE FROM {counts}",
    """INSERT INTO {counts} ({key}, number)
    SELECT {key}, COUNT(*) FROM {table} GROUP BY {key}""",
)
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
    names = {
        "table": Customer._meta.db_table,
        "counts": CustomerCount._meta.db_table,
        "search": SEARCH_INDEX_ON_SQLITE,
        "key": KEY,
    }
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS.format(**names))
        definitions = cursor.fetchall()
        for kind, name, _sql in definitions:
            cursor.execute(f'DROP {kind.upper()} "{name}"')
        yield
        indexes = [sql for kind, _name, sql in definitions if kind == "index"]
        triggers = [sql for kind, _name, sql in definitions if kind == "trigger"]
        for statement in (*indexes, *(each.format(**names) for each in CATCH_UP), *triggers):
            cursor.execute(statement)


def _has_more_than(number: int) -> bool:
    """Whether all organizers together have more customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
