"""SQLite for unit tests. After a transactional test, Django deletes the rows of all tables.

The triggers of the history would reject that. On PostgreSQL Django truncates tables instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.management.color import Style
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations as SqliteOperations

TRIGGERS: Final = """
    SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'history_event'"""


class DatabaseOperations(SqliteOperations):
    """Flushes the history without its triggers."""

    def sql_flush(self, style: Style, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(TRIGGERS).fetchall()
        dropped = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        deleted = super().sql_flush(style, tables, **options)
        return [*dropped, *deleted, *(sql for _name, sql in triggers)] if deleted else []


class DatabaseWrapper(base.DatabaseWrapper):
    """Differs from Django's only by its operations."""

    ops_class = DatabaseOperations
