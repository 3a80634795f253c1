"""SQL that is kept in SQLite's words is what Django would make of it each time."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from portal.databases.sqlite.base import LONGEST, Cursor
from portal.settings.data import database_from

STATEMENTS = (
    "SELECT 1",
    "SELECT %s, '%%'",
    "SELECT '100%%s', %s",
    f"SELECT '{'x' * LONGEST}', %s",
)


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_statement_is_the_one_that_django_makes(sql: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        ours, theirs = Cursor(database), SQLiteCursorWrapper(database)

        for _time in range(2):
            assert ours.convert_query(sql) == theirs.convert_query(sql)


def test_values_can_have_names() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        cursor = Cursor(database)
        cursor.execute("SELECT %(first)s, %(second)s", {"second": 2, "first": 1})

        assert cursor.fetchall() == [(1, 2)]


def test_every_sqlite_is_asked_this_way() -> None:
    assert database_from("sqlite:////tmp/portal.sqlite3")["ENGINE"] == "portal.databases.sqlite"
