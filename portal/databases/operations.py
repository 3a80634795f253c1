"""Migrations of a table that is in use: indexes that nobody has to wait for.

A migration with one of these says `atomic = False`. SQLite knows the plain way only.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import AddIndex, RemoveIndex, RunPython


class AddIndexOnline(AddIndexConcurrently):
    """Makes it while others write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = AddIndexConcurrently if _is_postgres(schema_editor) else AddIndex
        kind.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = AddIndexConcurrently if _is_postgres(schema_editor) else AddIndex
        kind.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexOnline(RemoveIndexConcurrently):
    """Drops it while others read and write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = RemoveIndexConcurrently if _is_postgres(schema_editor) else RemoveIndex
        kind.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = RemoveIndexConcurrently if _is_postgres(schema_editor) else RemoveIndex
        kind.database_backwards(self, app_label, schema_editor, *states)


def analyze(table: str) -> RunPython:
    """Behind new indexes: SQLite knows nothing of them, and takes the wrong ones, until then.

    PostgreSQL knows columns, whichever indexes they have.
    """

    def forwards(_apps: object, schema_editor: Any) -> None:
        if not _is_postgres(schema_editor):
            schema_editor.execute(f"ANALYZE {table}")

    return RunPython(forwards, RunPython.noop)


def _is_postgres(schema_editor: Any) -> bool:
    is_postgres: bool = schema_editor.connection.vendor == "postgresql"
    return is_postgres
