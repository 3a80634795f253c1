"""Fills a database with the customers of two organizers, fast. Runs inside Django.

`seed_demo` creates the customers of the first organizer; the second organizer has copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.imports import OTHERS, OURS
from benchmarks.machine import memory
from portal.customers.importing.encode import COLUMNS
from portal.customers.importing.indexes import rebuilding_indexes
from portal.customers.importing.load import enlarge_cache
from portal.customers.models import Customer
from portal.organizers import services
from portal.organizers.models import Organizer

TABLE: Final = Customer._meta.db_table
COPY: Final = """
    INSERT INTO {table} (organizer_id, {columns})
    SELECT %s, {columns} FROM {table} WHERE organizer_id = %s ORDER BY id"""
# Unique constraints and foreign keys. A foreign key costs a check for each row.
CONSTRAINTS: Final = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('u', 'f')"""
# Creating the trigram index takes longest, so the trigram index is first. Other threads create the
# other indexes at the same time.
INDEXES: Final = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY pg_get_indexdef(indexrelid) LIKE '%%USING gin%%' DESC"""


def fill_organizers(customers: str) -> None:
    """Create this number of customers in each of two organizers. The database must be empty."""
    with indexes_created_at_end(TABLE):
        call_command("seed_demo", OURS, customers=int(customers), verbosity=0)
        _copy_organizer(
            services.get_organizer(OURS), services.get_organizer(OTHERS), int(customers)
        )


def copy_customers(path: str, slug: str, customers: str) -> None:
    """Copy an organizer's customers to a new organizer, and write the seconds to the file.

    This is the floor of an import: one SQL statement that writes the same number of customers.
    """
    source = services.get_organizer(slug)
    target = services.create_organizer(slug=f"{slug}-copy", name="Copy", timezone="Europe/Berlin")
    start = perf_counter()
    _copy_organizer(source, target, int(customers))
    Path(path).write_text(str(perf_counter() - start))


def _copy_organizer(source: Organizer, target: Organizer, customers: int) -> None:
    statement = COPY.format(table=TABLE, columns=", ".join(COLUMNS))
    enlarge_cache()
    with transaction.atomic(), connection.cursor() as cursor, rebuilding_indexes(customers):
        cursor.execute(statement, [target.pk, source.pk])


@contextmanager
def indexes_created_at_end(table: str) -> Iterator[None]:
    """On PostgreSQL, drop the indexes and constraints of the table, and create them at the end.

    This takes a fraction of the time for two million rows. On SQLite, the import drops indexes
    itself.
    """
    if connection.vendor != "postgresql":
        yield
        return
    constraints = _read_definitions(CONSTRAINTS, table)
    indexes = _read_definitions(INDEXES, table)
    _execute([f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, _definition in constraints])
    _execute([f"DROP INDEX {name}" for name, _definition in indexes])
    yield
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_make_index, [definition for _name, definition in indexes]))
    _execute([f"ALTER TABLE {table} ADD CONSTRAINT {' '.join(each)}" for each in constraints])


def _read_definitions(query: str, table: str) -> list[tuple[str, str]]:
    """The names and SQL definitions, as the database returns them."""
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        definitions: list[tuple[str, str]] = cursor.fetchall()
        return definitions


def _make_index(definition: str) -> None:
    """Create an index. Runs in a thread with its own connection."""
    try:
        _execute([definition])
    finally:
        connection.close()


def _execute(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET maintenance_work_mem = '{memory() // 12}MB'")
        for statement in statements:
            cursor.execute(statement)
