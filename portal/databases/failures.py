"""When a database does not answer: it is away, busy, or over its time; nothing is wrong here."""

from __future__ import annotations

import logging
import sqlite3
from typing import Final

import psycopg
from django.db import OperationalError, connection
from psycopg_pool import PoolTimeout

BUSY: Final = (psycopg.errors.QueryCanceled, PoolTimeout)
LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the same request may well succeed a little later.

    PostgreSQL's operational errors are those: no connection, none left in the pool, a query over
    its time, a deadlock. SQLite calls a missing table one as well.
    """
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in LOCKED
    return isinstance(cause, psycopg.OperationalError)


def is_over_its_time(error: BaseException) -> bool:
    """Whether the query was given up because it took too long."""
    return isinstance(error.__cause__, psycopg.errors.QueryCanceled)


def replace_broken_connections(error: BaseException) -> None:
    """Where one connection broke, others of the pool did as well: it tries each of them now.

    After a restart each would cost a request of its own otherwise. Trying them before each use
    would cost every request a round trip.
    """
    pool = getattr(connection, "pool", None)
    if pool and not isinstance(error.__cause__, BUSY):
        pool.check()


class OneLine(logging.Filter):
    """A database that does not answer is a line of the log, not a traceback for each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if is_unavailable(error):
            reason = str(error).partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()} ({reason})", ()
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True
