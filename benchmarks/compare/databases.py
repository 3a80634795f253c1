"""Two databases, and the way of the rows from the old one into the new one.

Ids are kept. What follows from customers, such as their numbers, the triggers of each version keep.
"""
# ruff: noqa: S608  Names of tables and columns come from here and from the databases themselves.

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import psycopg

TABLES: Final = (
    "accounts_user",
    "organizers_organizer",
    "organizers_team",
    "organizers_team_members",
    "organizers_apitoken",
    "customers_customer",
)
NAMES: Final = ("portal_compare_old", "portal_compare_new")
COLUMNS: Final = """
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"""
NEXT_ID: Final = "SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM {table}"


class Databases(Protocol):
    """The old one and the new one, of one kind."""

    old: str
    new: str

    def copy(self) -> None:
        """All rows of TABLES, into a new database that is migrated and has none."""


class SqliteDatabases:
    """Two files."""

    def __init__(self, directory: Path) -> None:
        self._files = [directory / f"{name}.sqlite3" for name in NAMES]
        self.old, self.new = (f"sqlite:///{file}" for file in self._files)

    def copy(self) -> None:
        old, new = self._files
        with contextlib.closing(sqlite3.connect(new)) as connection:
            connection.execute("ATTACH ? AS old", [str(old)])
            with connection:
                for table in TABLES:
                    rows = connection.execute(f"PRAGMA old.table_info({table})")
                    columns = ", ".join(f'"{row[1]}"' for row in rows)
                    connection.execute(
                        f"INSERT INTO main.{table} ({columns})"
                        f" SELECT {columns} FROM old.{table} ORDER BY id"
                    )


class PostgresDatabases:
    """Two databases of one server."""

    def __init__(self, server: str) -> None:
        self.old, self.new = (urlsplit(server)._replace(path=f"/{name}").geturl() for name in NAMES)

    def copy(self) -> None:
        with psycopg.connect(self.old) as old, psycopg.connect(self.new) as new:
            for table in TABLES:
                _copy(old, new, table)
        for database in (self.old, self.new):
            # A plan rests on statistics, and autovacuum would come at some moment of its own.
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
                connection.execute("ANALYZE")


def _copy(
    old: psycopg.Connection[tuple[object, ...]],
    new: psycopg.Connection[tuple[object, ...]],
    table: str,
) -> None:
    """By a query: a table that has partitions cannot be copied out as it is."""
    row = old.execute(COLUMNS, [table]).fetchone()
    columns = row[0] if row else None
    reading = f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT"
    with (
        old.cursor().copy(reading.encode()) as source,
        new.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as target,
    ):
        for block in source:
            target.write(block)
    new.execute(NEXT_ID.format(table=table).encode(), [table])


@contextlib.contextmanager
def sqlite_databases(directory: Path) -> Iterator[Databases]:
    """Gone with the directory."""
    yield SqliteDatabases(directory)


@contextlib.contextmanager
def postgres_databases(server: str) -> Iterator[Databases]:
    """Made beside what the server has already, and dropped at the end."""
    with psycopg.connect(server, autocommit=True) as connection, contextlib.ExitStack() as stack:
        for name in NAMES:
            connection.execute(f"CREATE DATABASE {name}".encode())
            stack.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)".encode())
        yield PostgresDatabases(server)
