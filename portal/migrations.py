"""Indexes of tables that are in use: PostgreSQL makes and drops them beside reads and writes.

A migration with these has `atomic = False`. Where it is interrupted, PostgreSQL may keep an index
that it calls invalid: drop that one by hand and migrate again. SQLite has one writer anyway.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import AddIndex, RemoveIndex


class AddIndexBesideUse(AddIndexConcurrently):
    """As AddIndex, without a lock that readers or writers wait for."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        operation = AddIndexConcurrently if _can_wait(schema_editor) else AddIndex
        operation.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        operation = AddIndexConcurrently if _can_wait(schema_editor) else AddIndex
        operation.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexBesideUse(RemoveIndexConcurrently):
    """As RemoveIndex, without a lock that readers or writers wait for."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        operation = RemoveIndexConcurrently if _can_wait(schema_editor) else RemoveIndex
        operation.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        operation = RemoveIndexConcurrently if _can_wait(schema_editor) else RemoveIndex
        operation.database_backwards(self, app_label, schema_editor, *states)


def _can_wait(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
