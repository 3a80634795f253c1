"""Operations for migrations: indexes that lock out no other transaction, SQL for one database.

A migration with such an index says `atomic = False`. SQLite only has the plain statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.migrations import AddIndex, RemoveIndex, RunPython


class AddIndexOnline(AddIndex):
    """CREATE INDEX CONCURRENTLY on PostgreSQL: others write meanwhile."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _model(self, app_label, schema_editor, to_state):
            _add(schema_editor, model, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _model(self, app_label, schema_editor, from_state):
            _remove(schema_editor, model, self.index)


class RemoveIndexOnline(RemoveIndex):
    """DROP INDEX CONCURRENTLY on PostgreSQL: others read and write meanwhile."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _model(self, app_label, schema_editor, from_state):
            _remove(schema_editor, model, self._index(app_label, from_state))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if model := _model(self, app_label, schema_editor, to_state):
            _add(schema_editor, model, self._index(app_label, to_state))

    def _index(self, app_label: str, state: Any) -> Any:
        return state.models[app_label, self.model_name_lower].get_index_by_name(self.name)


def _model(
    operation: AddIndex | RemoveIndex, app_label: str, schema_editor: Any, state: Any
) -> Any:
    """None where the database is not one that is migrated, such as the replica."""
    model = state.apps.get_model(app_label, operation.model_name)
    allowed = operation.allow_migrate_model(schema_editor.connection.alias, model)
    return model if allowed else None


def _add(schema_editor: Any, model: Any, index: Any) -> None:
    schema_editor.add_index(model, index, **_options(schema_editor))


def _remove(schema_editor: Any, model: Any, index: Any) -> None:
    schema_editor.remove_index(model, index, **_options(schema_editor))


def _options(schema_editor: Any) -> dict[str, bool]:
    return {"concurrently": True} if _is_postgres(schema_editor) else {}


def analyze(table: str) -> RunPython:
    """Behind new indexes: SQLite knows nothing of them, and takes the wrong ones, until then.

    PostgreSQL knows columns, whichever indexes they have.
    """

    def forwards(_apps: object, schema_editor: Any) -> None:
        if not _is_postgres(schema_editor):
            schema_editor.execute(f"ANALYZE {table}")

    return RunPython(forwards, RunPython.noop)


def run_sql(vendor: str, statements: Sequence[str], reverse: Sequence[str]) -> RunPython:
    """RunSQL for one kind of database, which the others skip."""

    def run(chosen: Sequence[str]) -> Callable[[object, Any], None]:
        def execute(_apps: object, schema_editor: Any) -> None:
            if schema_editor.connection.vendor == vendor:
                for statement in chosen:
                    schema_editor.execute(statement, params=None)

        return execute

    return RunPython(run(statements), run(reverse))


def _is_postgres(schema_editor: Any) -> bool:
    is_postgres: bool = schema_editor.connection.vendor == "postgresql"
    return is_postgres
