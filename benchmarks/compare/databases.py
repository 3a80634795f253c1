"""The databases of both versions, and a copy of the rows from the old to the new database.

Both databases have equal ids. The triggers of each version write derived tables, such as the
counts.
"""
# ruff: noqa: S608  Names of tables and columns come from this file and from the databases.

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
    "customers_import",
    "history_event",
)
SEARCH: Final = "customers_search"  # the FTS5 table on SQLite
NAMES: Final = ("portal_compare_old", "portal_compare_new")
COLUMNS: Final = """
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"""
# Indexes that do not belong to constraints.
INDEXES: Final = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = %s
        AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
NEXT_ID: Final = "SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM {table}"


class Databases(Protocol):
    """The URLs of the old and the new database, both SQLite or both PostgreSQL."""

    old: str
    new: str

    def copy(self) -> None:
        """Copy all rows of TABLES into the new database, which is migrated but empty.

        A table that the old version does not have stays empty.
        """


class SqliteDatabases:
    """Two SQLite files in a directory."""

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
                    if columns := ", ".join(f'"{row[1]}"' for row in rows):
                        connection.execute(
                            f"INSERT INTO main.{table} ({columns})"
                            f" SELECT {columns} FROM old.{table} ORDER BY id"
                        )
        for file in self._files:
            # VACUUM and REINDEX give both databases equal statistics and indexes.
            with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
                connection.execute(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('optimize')")
                connection.execute("VACUUM")
                connection.execute("ANALYZE")


class PostgresDatabases:
    """Two databases of one PostgreSQL server."""

    def __init__(self, server: str) -> None:
        self.old, self.new = (urlsplit(server)._replace(path=f"/{name}").geturl() for name in NAMES)

    def copy(self) -> None:
        with psycopg.connect(self.old) as old, psycopg.connect(self.new) as new:
            for table in TABLES:
                _copy_table(old, new, table)
        for database in (self.old, self.new):
            # Autovacuum is off, because it would update the statistics of one database before the
            # other.
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
                connection.execute("ANALYZE")


def _copy_table(
    old: psycopg.Connection[tuple[object, ...]],
    new: psycopg.Connection[tuple[object, ...]],
    table: str,
) -> None:
    """Copies the rows of a query, because COPY cannot read a partitioned table.

    Creates the indexes after the rows, which takes less time.
    """
    row = old.execute(COLUMNS, [table]).fetchone()
    columns = row[0] if row else None
    if columns is None:
        return
    indexes = new.execute(INDEXES, [table]).fetchall()
    for name, _definition in indexes:
        new.execute(f'DROP INDEX "{name}"'.encode())
    reading = f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT"
    with (
        old.cursor().copy(reading.encode()) as source,
        new.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as target,
    ):
        for block in source:
            target.write(block)
    # Runs the deferred checks of foreign keys now. While checks are pending, PostgreSQL
    # creates no index.
    new.execute("SET CONSTRAINTS ALL IMMEDIATE")
    new.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for _name, definition in indexes:
        new.execute(str(definition).encode())
    new.execute(NEXT_ID.format(table=table).encode(), [table])


@contextlib.contextmanager
def sqlite_databases(directory: Path) -> Iterator[Databases]:
    """Two SQLite files, which are removed with the directory."""
    yield SqliteDatabases(directory)


@contextlib.contextmanager
def postgres_databases(server: str) -> Iterator[Databases]:
    """Create two databases on the server, and drop both databases at the end of the block."""
    with psycopg.connect(server, autocommit=True) as connection, contextlib.ExitStack() as stack:
        for name in NAMES:
            connection.execute(f"CREATE DATABASE {name}".encode())
            stack.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)".encode())
        yield PostgresDatabases(server)
