"""Backup and restore of SQLite, while other transactions write."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.backups import import_page, read_customer_counts, read_responses, serve_copy
from e2e.server import Server, serve

# Virtual tables are left out: their rows are stored in other tables.
TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"""
ROWS = 'SELECT * FROM "{}"'
SCHEMA = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"


def _backup(database: Path, copy: Path) -> None:
    """Copy the database as the command `.backup` of sqlite3 does."""
    with _connect(database) as source, _connect(copy) as target:
        source.backup(target)


def _vacuum(database: Path, copy: Path) -> None:
    with _connect(database) as source:
        source.execute("VACUUM INTO ?", [str(copy)])


def _connect(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path))


@pytest.fixture(scope="module")
def database(directory: Path) -> Path:
    return directory / "portal.sqlite3"


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Server]:
    environment = {"DATABASE_URL": f"sqlite:///{database}"}
    with serve(database.parent, environment, commands=environment) as server:
        import_page(server, 1)
        yield server


def _contents(path: Path) -> tuple[list[Any], dict[str, list[Any]]]:
    """The schema with indexes and triggers, and the rows of all tables."""
    with _connect(path) as connection:
        tables = [name for [name] in connection.execute(TABLES)]
        rows = {name: connection.execute(ROWS.format(name)).fetchall() for name in tables}
        return connection.execute(SCHEMA).fetchall(), rows


@pytest.mark.parametrize("copy_database", [_backup, _vacuum])
def test_a_copy_is_complete_and_without_the_changes_of_an_open_transaction(
    server: Server, database: Path, tmp_path: Path, copy_database: Callable[[Path, Path], None]
) -> None:
    copy = tmp_path / "copy.sqlite3"
    with _connect(database) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM customers_customer")

        copy_database(database, copy)

        writer.rollback()
    with _connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert _contents(copy) == _contents(database)


def test_a_server_with_a_copy_gives_the_same_responses_and_counts_new_customers(
    server: Server, database: Path, tmp_path: Path
) -> None:
    before = read_responses(server)
    copy = tmp_path / "copy.sqlite3"
    _backup(database, copy)

    with serve_copy(server, tmp_path, f"sqlite:///{copy}") as restored:
        assert read_responses(restored) == before
        assert read_customer_counts(restored) == (5_050, 5_050)
        import_page(restored, 2)
        assert read_customer_counts(restored) == (5_100, 5_100)
    assert read_customer_counts(server) == (5_050, 5_050)
