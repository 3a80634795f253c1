"""Temporary database errors: no connection, a timeout, a lock, a full disk, a read-only state."""

from __future__ import annotations

import logging
import sqlite3
from typing import Final

import psycopg
from django.db import DatabaseError, connection
from psycopg_pool import PoolTimeout

TIMEOUT_ERRORS: Final = (psycopg.errors.QueryCanceled, PoolTimeout)
SQLITE_TEMPORARY_ERRORS: Final = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
}
# Raised by a standby, or by a primary that an operator has made read-only.
READ_ONLY: Final = psycopg.errors.ReadOnlySqlTransaction


def is_temporary_error(error: BaseException | None) -> bool:
    """Whether the error is temporary, so that the same request may succeed a little later.

    Every OperationalError of PostgreSQL is temporary. SQLite also raises OperationalError for a
    missing table.
    """
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in SQLITE_TEMPORARY_ERRORS
    return isinstance(cause, psycopg.OperationalError | READ_ONLY)


def is_query_timeout(error: BaseException) -> bool:
    """Whether PostgreSQL cancelled a query that took too long."""
    return isinstance(error.__cause__, psycopg.errors.QueryCanceled)


def replace_broken_connections(error: BaseException) -> None:
    """Replaces all connections of the pool after an error in one connection.

    A restart of PostgreSQL breaks all connections, and each broken connection would fail a request.
    Checking a connection before each use would cost every request a round trip.
    """
    pool = getattr(connection, "pool", None)
    if pool and not isinstance(error.__cause__, TIMEOUT_ERRORS):
        pool.drain()


class DatabaseErrorFilter(logging.Filter):
    """Logs a temporary database error as one line of level WARNING, without its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if is_temporary_error(error):
            reason = str(error).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()} ({reason})", ()
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True
