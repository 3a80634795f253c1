"""Migration operations: indexes created without blocking writes, and SQL for one database vendor.

A migration with AddIndexOnline or RemoveIndexOnline needs `atomic = False`. On SQLite, these
operations run the SQL of Django's AddIndex and RemoveIndex.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.migrations import AddIndex, RemoveIndex, RunPython


class AddIndexOnline(AddIndex):
    """CREATE INDEX CONCURRENTLY on PostgreSQL, which does not block writes."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _migrated_model(self, app_label, schema_editor, to_state):
            _add_index(schema_editor, model, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _migrated_model(self, app_label, schema_editor, from_state):
            _remove_index(schema_editor, model, self.index)


class RemoveIndexOnline(RemoveIndex):
    """DROP INDEX CONCURRENTLY on PostgreSQL, which blocks neither reads nor writes."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _migrated_model(self, app_label, schema_editor, from_state):
            _remove_index(schema_editor, model, self._index(app_label, from_state))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _migrated_model(self, app_label, schema_editor, to_state):
            _add_index(schema_editor, model, self._index(app_label, to_state))

    def _index(self, app_label: str, state: Any) -> Any:
        return state.models[app_label, self.model_name_lower].get_index_by_name(self.name)


def _migrated_model(
    operation: AddIndex | RemoveIndex, app_label: str, schema_editor: Any, state: Any
) -> Any:
    """The model of the index; None for a database that is not migrated, such as the replica."""
    model = state.apps.get_model(app_label, operation.model_name)
    is_allowed = operation.allow_migrate_model(schema_editor.connection.alias, model)
    return model if is_allowed else None


def _add_index(schema_editor: Any, model: Any, index: Any) -> None:
    schema_editor.add_index(model, index, **_index_options(schema_editor))


def _remove_index(schema_editor: Any, model: Any, index: Any) -> None:
    schema_editor.remove_index(model, index, **_index_options(schema_editor))


def _index_options(schema_editor: Any) -> dict[str, bool]:
    return {"concurrently": True} if _is_postgres(schema_editor) else {}


def run_sql(vendor: str, statements: Sequence[str], reverse: Sequence[str]) -> RunPython:
    """Like RunSQL, but the statements run on databases of one vendor only."""

    def executing(statements: Sequence[str]) -> Callable[[object, Any], None]:
        def execute(_apps: object, schema_editor: Any) -> None:
            if schema_editor.connection.vendor == vendor:
                for statement in statements:
                    schema_editor.execute(statement, params=None)

        return execute

    return RunPython(executing(statements), executing(reverse))


def _is_postgres(schema_editor: Any) -> bool:
    is_postgres: bool = schema_editor.connection.vendor == "postgresql"
    return is_postgres
