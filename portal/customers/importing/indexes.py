"""Rebuilds the indexes of SQLite after large imports.

A large import drops the indexes and triggers of customers, and creates them again at its end.
Creating indexes anew is faster than updating indexes and counts row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django_scopes import scopes_disabled

from portal.customers.counters.maintained_counts import COUNTED_COLUMNS, CustomerCount
from portal.customers.models import (
    HAS_NOTES,
    NOTES_INDEX_ON_SQLITE,
    SEARCH_INDEX_ON_SQLITE,
    TEXT_WITH_NOTES,
    Customer,
)

# The indexes of unique constraints, whose `sql` is NULL, are not dropped.
DEFINITIONS: Final = """
    SELECT type, name, sql FROM sqlite_master
    WHERE tbl_name = '{table}' AND type IN ('index', 'trigger') AND sql IS NOT NULL
    ORDER BY type"""
# With `automerge`, FTS5 merges segments of the index meanwhile, which makes writing slower.
REBUILD_SEARCH_AND_COUNTS: Final = (
    "INSERT INTO {search} ({search}, rank) VALUES ('automerge', 0)",
    "INSERT INTO {search} ({search}) VALUES ('rebuild')",
    "INSERT INTO {search} ({search}, rank) VALUES ('automerge', 4)",
    # The index of notes stores no texts, so the command 'rebuild' of FTS5 cannot fill it.
    "INSERT INTO {notes} ({notes}) VALUES ('delete-all')",
    "INSERT INTO {notes} (rowid, text_with_notes) {texts_with_notes}",
    "DELETE FROM {counts}",
    """INSERT INTO {counts} ({key}, number)
    SELECT {key}, COUNT(*) FROM {table} GROUP BY {key}""",
)
REBUILD_FROM: Final = 10_000


@contextmanager
def rebuilding_indexes(row_count: int, *, rebuild_from: int = REBUILD_FROM) -> Iterator[None]:
    """Drop indexes before a block that writes `row_count` rows, and create them after the block.

    Indexes are rebuilt on SQLite for `rebuild_from` rows or more. Indexes are not rebuilt if the
    table has more than `row_count / 4` customers already: rebuilding writes the index entries of
    all customers, which would take longer. The block is in a transaction.
    """
    if connection.vendor != "sqlite" or row_count < rebuild_from or _has_more_than(row_count // 4):
        yield
        return
    names = {
        "table": Customer._meta.db_table,
        "counts": CustomerCount._meta.db_table,
        "search": SEARCH_INDEX_ON_SQLITE,
        "notes": NOTES_INDEX_ON_SQLITE,
        "texts_with_notes": _texts_with_notes(),
        "key": COUNTED_COLUMNS,
    }
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS.format(**names))
        definitions = cursor.fetchall()
        for kind, name, _sql in definitions:
            cursor.execute(f'DROP {kind.upper()} "{name}"')
        yield
        indexes = [sql for kind, _name, sql in definitions if kind == "index"]
        triggers = [sql for kind, _name, sql in definitions if kind == "trigger"]
        rebuild = [statement.format(**names) for statement in REBUILD_SEARCH_AND_COUNTS]
        for statement in (*indexes, *rebuild, *triggers):
            cursor.execute(statement)


def _texts_with_notes() -> str:
    with scopes_disabled():
        return str(Customer.objects.filter(HAS_NOTES).values_list("pk", TEXT_WITH_NOTES).query)


def _has_more_than(number: int) -> bool:
    """Whether all organizers together have more than `number` customers."""
    with scopes_disabled():
        return Customer.objects.all()[: number + 1].count() > number
