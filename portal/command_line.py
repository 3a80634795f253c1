"""The command line of manage.py, with one-line messages for errors of the installation."""

from __future__ import annotations

import sqlite3
import sys
from typing import Final

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, connections
from environs import EnvError

MIGRATE: Final = "The database schema does not match this version. Run manage.py migrate."
MISSING: Final = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
MISSING_ON_SQLITE: Final = ("no such table", "no such column")


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status. Django's `--traceback` shows full tracebacks."""
    try:
        _connect_without_pool()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, EnvError, DatabaseError) as error:
        reason = explain(error)
        if not reason or "--traceback" in arguments:
            raise
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


def _connect_without_pool() -> None:
    """A command needs one connection, and a pool would hide why a connection fails."""
    try:
        databases = connections.settings
    except ValueError as error:  # of environs, for a file that it cannot read
        raise ImproperlyConfigured(error) from error
    for database in databases.values():
        if "pool" in database["OPTIONS"]:
            database["OPTIONS"]["pool"] = False


def explain(error: Exception) -> str:
    """One line for an error of the installation; "" for a bug, which needs its traceback."""
    if not isinstance(error, DatabaseError):
        return f"The settings are invalid: {error}"
    cause = error.__cause__
    on_sqlite = isinstance(cause, sqlite3.Error) and str(cause).startswith(MISSING_ON_SQLITE)
    if on_sqlite or isinstance(cause, MISSING):
        return MIGRATE
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {error}"
    return ""
