"""Runs manage.py, and prints errors of the installation, such as a wrong setting, in one line."""

from __future__ import annotations

import sqlite3
import sys
from typing import Final

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, connections
from environs import EnvError

MIGRATE_MESSAGE: Final = "The database schema does not match this version. Run manage.py migrate."
SCHEMA_ERRORS: Final = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
SQLITE_SCHEMA_ERRORS: Final = ("no such table", "no such column")


def main(arguments: list[str]) -> int:
    """Runs a command and returns its exit status. With `--traceback`, errors have a traceback."""
    try:
        _connect_without_pool()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, EnvError, DatabaseError) as error:
        reason = explain_error(error)
        if not reason or "--traceback" in arguments:
            raise
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


def _connect_without_pool() -> None:
    """Disables the connection pool, whose errors do not say why a connection failed."""
    try:
        databases = connections.settings
    except ValueError as error:  # environs raises ValueError for a file that it cannot read
        raise ImproperlyConfigured(error) from error
    for database in databases.values():
        if "pool" in database["OPTIONS"]:
            database["OPTIONS"]["pool"] = False


def explain_error(error: Exception) -> str:
    """Explains an error of the installation in one line. Returns "" for an error in the code."""
    if not isinstance(error, DatabaseError):
        return f"The settings are invalid: {error}"
    cause = error.__cause__
    on_sqlite = isinstance(cause, sqlite3.Error) and str(cause).startswith(SQLITE_SCHEMA_ERRORS)
    if on_sqlite or isinstance(cause, SCHEMA_ERRORS):
        return MIGRATE_MESSAGE
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {error}"
    return ""
