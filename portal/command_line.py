"""The command line: what keeps a command from working at all is said in a line."""

from __future__ import annotations

import sqlite3
import sys
from typing import Final

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, connections
from environs import EnvError

MIGRATE: Final = "The database is not that of this version. Run manage.py migrate."
MISSING: Final = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
MISSING_ON_SQLITE: Final = ("no such table", "no such column")


def main(arguments: list[str]) -> int:
    """The exit status. `--traceback` shows where a failure comes from, as Django's does."""
    try:
        _connect_without_pool()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, EnvError, DatabaseError) as error:
        reason = _explain(error)
        if not reason or "--traceback" in arguments:
            raise
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


def _connect_without_pool() -> None:
    """Its process takes one connection, and where it gets none a pool would not say why."""
    for database in connections.settings.values():
        if "pool" in database["OPTIONS"]:
            database["OPTIONS"]["pool"] = False


def _explain(error: Exception) -> str:
    """Nothing where it is our own fault, which a traceback helps to find."""
    if not isinstance(error, DatabaseError):
        return f"Something is wrong with the settings: {error}"
    cause = error.__cause__
    on_sqlite = isinstance(cause, sqlite3.Error) and str(cause).startswith(MISSING_ON_SQLITE)
    if on_sqlite or isinstance(cause, MISSING):
        return MIGRATE
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {error}"
    return ""
