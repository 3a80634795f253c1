"""Time limits of SQL: one for all statements of the web server, and one for a single query."""

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

# How many instructions SQLite runs between two checks of the time: about 0.03 ms.
SQLITE_INSTRUCTIONS: Final = 1_000

Row = Sequence[Any]  # Any: the columns of a row have different types.


class TimeLimitExceeded(Exception):
    """The query took longer than its time limit."""


def set_statement_timeout(databases: Mapping[str, dict[str, Any]]) -> None:
    """Makes PostgreSQL cancel statements after STATEMENT_TIMEOUT, on all later connections.

    Only the web server calls this function, so imports and migrations have no limit. The limit is a
    connection option, so that no request needs a statement to set it.
    """
    milliseconds = round(settings.STATEMENT_TIMEOUT * 1000)
    for database in databases.values():
        if milliseconds and database["ENGINE"].endswith("postgresql"):
            given = database["OPTIONS"].get("options", "")
            database["OPTIONS"]["options"] = f"{given} -c statement_timeout={milliseconds}".strip()
            if pool := database["OPTIONS"].get("pool"):
                database["OPTIONS"]["pool"] = {**pool, "connection_class": Connection}


@contextmanager
def fail_if_locked(alias: str) -> Iterator[None]:
    """On SQLite, makes writes fail at once if another connection has the write lock.

    No effect on PostgreSQL, which locks single rows.
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
    """The rows of a query, for which PostgreSQL uses no sequential scan.

    Raises TimeLimitExceeded after `milliseconds`; None means no limit.
    """
    connection = connections[alias]
    read = _read_on_postgresql if connection.vendor == "postgresql" else _read_on_sqlite
    try:
        return read(connection, sql, parameters, milliseconds)
    except OperationalError as error:
        is_interrupted = str(error.__cause__) == "interrupted"  # the error of SQLite
        if milliseconds and (is_interrupted or is_query_timeout(error)):
            raise TimeLimitExceeded from error
        raise


def _read_on_sqlite(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    deadline = monotonic() + (milliseconds or 0) / 1_000
    with connection.cursor() as cursor:
        if milliseconds:
            connection.connection.set_progress_handler(
                lambda: monotonic() > deadline, SQLITE_INSTRUCTIONS
            )
        try:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows
        finally:
            connection.connection.set_progress_handler(None, SQLITE_INSTRUCTIONS)


def _read_on_postgresql(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], milliseconds: int | None
) -> list[Row]:
    # A sequential scan may first read the rows of all other organizers. JIT compilation is off,
    # because compiling a query takes longer than scanning a million rows without JIT.
    statements = ["SET LOCAL enable_seqscan = off", "SET LOCAL jit = off", sql]
    if milliseconds:
        statements[2:2] = [f"SET LOCAL statement_timeout = {milliseconds}"]
        # PostgreSQL may notice the timeout only after the query has ended. PostgreSQL then cancels
        # the next statement. Without the last SET LOCAL, the next statement would be one of the
        # caller.
        statements.append("SET LOCAL statement_timeout = 0")
    # PostgreSQL runs statements that are sent together as one transaction, so SET LOCAL works.
    with _undo_settings(connection), connection.cursor() as cursor:
        cursor.execute("; ".join(statements), parameters)
        rows: list[Row] = []
        while True:
            if cursor.description:
                rows = cursor.fetchall()
            if not cursor.nextset():
                return rows


@contextmanager
def _undo_settings(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """In an open transaction, undoes SET LOCAL and a failed query by a savepoint."""
    if not connection.in_atomic_block:
        yield
        return
    savepoint = transaction.savepoint(connection.alias)
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint, connection.alias)
