"""Time limits of queries: one for the statements of the web server, others for single queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.databases.failures import is_query_timeout
from portal.databases.postgresql.pool import Connection

# SQLite compares the time after this many of its instructions: a few hundredths of a millisecond.
SQLITE_STEPS: Final = 1_000

Row = Sequence[Any]  # every column has its own type


class TimeLimitExceeded(Exception):
    """The query took longer than its time limit."""


def set_statement_timeout(databases: Mapping[str, dict[str, Any]]) -> None:
    """Let PostgreSQL cancel statements after STATEMENT_TIMEOUT, on connections opened from now on.

    Only the web server calls this, before its first query: imports and migrations have no limit.
    The limit is a connection option, so that requests need no statement to set it.
    """
    milliseconds = round(settings.STATEMENT_TIMEOUT * 1000)
    for database in databases.values():
        if milliseconds and database["ENGINE"].endswith("postgresql"):
            given = database["OPTIONS"].get("options", "")
            database["OPTIONS"]["options"] = f"{given} -c statement_timeout={milliseconds}".strip()
            if pool := database["OPTIONS"].get("pool"):
                database["OPTIONS"]["pool"] = {**pool, "connection_class": Connection}


@contextmanager
def without_waiting(alias: str) -> Iterator[None]:
    """On SQLite, writes in the block fail at once if another connection is writing.

    PostgreSQL has locks of rows, which are short.
    """
    connection = connections[alias]
    if connection.vendor != "sqlite":
        yield
        return
    timeout = int(connection.settings_dict["OPTIONS"]["timeout"] * 1_000)
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {timeout}")


def read_with_time_limit(
    alias: str, sql: str, parameters: Sequence[Any], *, milliseconds: int | None = None
) -> list[Row]:
    """The rows of a query, without sequential scans on PostgreSQL. No limit if None.

    Raises TimeLimitExceeded.
    """
    connection = connections[alias]
    read = _read_on_postgresql if connection.vendor == "postgresql" else _read_on_sqlite
    try:
        return read(connection, sql, parameters, milliseconds)
    except OperationalError as error:
        is_interrupted = str(error.__cause__) == "interrupted"  # by SQLite
        if milliseconds and (is_interrupted or is_query_timeout(error)):
            raise TimeLimitExceeded from error
        raise


def _read_on_sqlite(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    deadline = monotonic() + (milliseconds or 0) / 1_000
    with connection.cursor() as cursor:
        if milliseconds:
            connection.connection.set_progress_handler(lambda: monotonic() > deadline, SQLITE_STEPS)
        try:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows
        finally:
            connection.connection.set_progress_handler(None, SQLITE_STEPS)


def _read_on_postgresql(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    # The table holds the customers of all organizers, mostly one organizer after the other. A
    # sequential scan up to a limit may read the customers of all other organizers first.
    # To compile a query takes PostgreSQL longer than the scan of a million rows saves by it.
    statements = ["SET LOCAL enable_seqscan = off", "SET LOCAL jit = off", sql]
    if milliseconds:
        statements[2:2] = [f"SET LOCAL statement_timeout = {milliseconds}"]
        # PostgreSQL may notice a timeout only after the query has ended, and then cancels the
        # next statement. This one is there to be cancelled.
        statements.append("SET LOCAL statement_timeout = 0")
    # All statements are one message, and so one transaction: SET LOCAL ends with it.
    with _rolled_back(connection), connection.cursor() as cursor:
        cursor.execute("; ".join(statements), parameters)
        rows: list[Row] = []
        while True:
            if cursor.description:
                rows = cursor.fetchall()
            if not cursor.nextset():
                return rows


@contextmanager
def _rolled_back(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """In an open transaction, undo the settings and a cancelled query by a savepoint."""
    if not connection.in_atomic_block:
        yield
        return
    savepoint = transaction.savepoint(connection.alias)
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint, connection.alias)
