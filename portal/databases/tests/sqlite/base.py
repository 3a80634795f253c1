"""The SQLite backend of unit tests, which can delete the events of the history.

After a transactional test, Django deletes the rows of all tables, which the triggers of the history
reject. On PostgreSQL Django uses TRUNCATE, which the triggers allow.
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
    """Drops the triggers of the history before a flush, and creates them again afterwards."""

    def sql_flush(self, style: Style, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            triggers = cursor.execute(TRIGGERS).fetchall()
        dropped = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        deleted = super().sql_flush(style, tables, **options)
        return [*dropped, *deleted, *(sql for _name, sql in triggers)] if deleted else []


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend with the class DatabaseOperations of this module."""

    ops_class = DatabaseOperations
