"""On PostgreSQL the customers of an organizer with many are a table of their own: a partition.

All others share one. Who asks asks the table of all, which leads to the right one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final, NamedTuple

import psycopg
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from portal.customers.counting_postgresql import triggers
from portal.organizers.models import Organizer

ALL: Final = "customers_customer"
SHARED: Final = f"{ALL}_shared"
FOREIGN: Final = "FOREIGN KEY"
PARTS: Final = """
    SELECT conname, TRUE, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT relname, FALSE, regexp_replace(pg_get_indexdef(indexrelid), '^.*? USING ', 'USING ')
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = '{table}'::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 2, 1"""
# A fifth of a million is late for what plans rest on.
LIKE: Final = f"""
    CREATE TABLE {{table}} (
        LIKE {ALL} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY,
        CHECK (organizer_id = {{organizer}}))
    WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
        autovacuum_analyze_scale_factor = 0.01)"""
ATTACH: Final = f"ALTER TABLE {ALL} ATTACH PARTITION {{table}} FOR VALUES IN ({{organizer}})"
# Whoever comes after somebody who waits for a lock waits as well. In seconds.
WAIT: Final = "SET LOCAL lock_timeout = '1s'"
PAUSE: Final = 1
PATIENCE: Final = 600
LOCKED: Final = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


class Part(NamedTuple):
    """A constraint or an index of a table: its name, and what a statement says behind that."""

    name: str
    is_constraint: bool
    definition: str


def partition_of(organizer: Organizer) -> str:
    """The table that its customers are in: its own, or the shared one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [_name(organizer)])
        (has_none,) = cursor.fetchone()
    return SHARED if has_none else _name(organizer)


@contextmanager
def new_partition(organizer: Organizer) -> Iterator[str]:
    """A table for the first customers of an organizer, within a transaction.

    Until the end it has no indexes and nobody else sees it, so nobody waits. Then its indexes are
    made, and the database looks whether the organizer has customers in the shared table: whoever
    asks that one for something waits for so long. Raises IntegrityError if there are some.
    """
    table = _name(organizer)
    with connection.cursor() as cursor:
        cursor.execute(LIKE.format(table=table, organizer=organizer.pk))
        for trigger in triggers(table):
            cursor.execute(trigger)
        yield table
        # What would be checked at the end of the transaction stands in the way.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # To have the foreign key already would lock the organizers, whom every request asks for.
        parts = [part for part in parts_of(cursor, ALL) if not part.definition.startswith(FOREIGN)]
        make_parts(cursor, parts, table, suffix=f"_of_{organizer.pk}")
        _attach(cursor, ATTACH.format(table=table, organizer=organizer.pk))


def parts_of(cursor: CursorWrapper, table: str) -> list[Part]:
    """Constraints and indexes, without checks."""
    cursor.execute(PARTS.format(table=table))
    return [Part(*row) for row in cursor.fetchall()]


def make_parts(
    cursor: CursorWrapper, parts: Iterable[Part], table: str, *, suffix: str = ""
) -> None:
    """The same for another table, by other names where there is a suffix."""
    for name, is_constraint, definition in parts:
        if is_constraint:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}{suffix}" {definition}')
        else:
            cursor.execute(f'CREATE INDEX "{name}{suffix}" ON {table} {definition}')


def _attach(cursor: CursorWrapper, attach: str) -> None:
    """Again and again, as long as somebody reads the shared table: others pass in between."""
    end = monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic():
                cursor.execute(WAIT)
                cursor.execute(attach)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LOCKED) or monotonic() > end:
                raise
        sleep(PAUSE)


def _name(organizer: Organizer) -> str:
    return f"{ALL}_of_{organizer.pk}"
