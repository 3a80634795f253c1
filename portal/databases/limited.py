"""Single queries that read by an index or not at all, and no longer than they are allowed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.databases.failures import is_over_its_time

# SQLite looks at the clock after so many of its steps, a few hundredths of a millisecond.
STEPS: Final = 1_000

Row = Sequence[Any]  # every column has its own type


class OutOfTime(Exception):
    """The query took longer than it was allowed to."""


def read_limited(
    alias: str, sql: str, parameters: Sequence[Any], *, milliseconds: int | None = None
) -> list[Row]:
    """The rows. Raises OutOfTime."""
    connection = connections[alias]
    read = _read_on_postgresql if connection.vendor == "postgresql" else _read_on_sqlite
    try:
        return read(connection, sql, parameters, milliseconds)
    except OperationalError as error:
        is_interrupted = str(error.__cause__) == "interrupted"  # by SQLite
        if milliseconds and (is_interrupted or is_over_its_time(error)):
            raise OutOfTime from error
        raise


def _read_on_sqlite(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    end = monotonic() + (milliseconds or 0) / 1_000
    with connection.cursor() as cursor:
        if milliseconds:
            connection.connection.set_progress_handler(lambda: monotonic() > end, STEPS)
        try:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows
        finally:
            connection.connection.set_progress_handler(None, STEPS)


def _read_on_postgresql(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    # The table has the customers of all organizers, mostly one behind the other: whoever reads it
    # from its beginning, to stop at a limit, may read all of the others first.
    statements = ["SET LOCAL enable_seqscan = off", sql]
    if milliseconds:
        statements[1:1] = [f"SET LOCAL statement_timeout = {milliseconds}"]
        # A time that ends as the query does is only noticed by the next statement, which would be
        # cancelled for it: this one.
        statements.append("SET LOCAL statement_timeout = 0")
    # One message, and so one transaction of its own: the limits end with it.
    with _taken_back(connection), connection.cursor() as cursor:
        cursor.execute("; ".join(statements), parameters)
        rows: list[Row] = []
        while True:
            if cursor.description:
                rows = cursor.fetchall()
            if not cursor.nextset():
                return rows


@contextmanager
def _taken_back(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within a transaction neither the limits nor a failure outlive the query."""
    if not connection.in_atomic_block:
        yield
        return
    savepoint = transaction.savepoint(connection.alias)
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint, connection.alias)
