"""Migrations of a table that is in use: indexes that nobody has to wait for.

A migration with one of these says `atomic = False`. SQLite knows the plain way only.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations import AddIndex, RemoveIndex, RunPython

PARTITIONS: Final = """
    SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s) ORDER BY 1"""


class AddIndexOnline(AddIndex):
    """Makes it while others write: where there are partitions, one after the other."""

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
    """Drops it while others read and write; where there are partitions, they wait a moment."""

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
    if not _is_postgres(schema_editor):
        schema_editor.add_index(model, index)
    elif _partitions(schema_editor, model):
        _add_to_each(schema_editor, model, index)
    else:
        schema_editor.add_index(model, index, concurrently=True)


def _add_to_each(schema_editor: Any, model: Any, index: Any) -> None:
    """That of the whole is no more than a name, and valid as soon as each partition has its own.

    The name comes first: a partition that is added meanwhile has the index from the beginning.
    """
    table = model._meta.db_table
    head = f'CREATE INDEX "{index.name}" ON "{table}"'
    rest = str(index.create_sql(model, schema_editor)).removeprefix(head)
    schema_editor.execute(f'CREATE INDEX "{index.name}" ON ONLY "{table}"{rest}')
    for partition in _partitions(schema_editor, model):
        name = f"{index.name}{partition.removeprefix(table)}"
        schema_editor.execute(f'CREATE INDEX CONCURRENTLY "{name}" ON {partition}{rest}')
        schema_editor.execute(f'ALTER INDEX "{index.name}" ATTACH PARTITION "{name}"')


def _remove(schema_editor: Any, model: Any, index: Any) -> None:
    if _is_postgres(schema_editor) and not _partitions(schema_editor, model):
        schema_editor.remove_index(model, index, concurrently=True)
    else:
        schema_editor.remove_index(model, index)


def _partitions(schema_editor: Any, model: Any) -> list[str]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [model._meta.db_table])
        return [name for (name,) in cursor.fetchall()]


def analyze(table: str) -> RunPython:
    """Behind new indexes: SQLite knows nothing of them, and takes the wrong ones, until then.

    PostgreSQL knows columns, whichever indexes they have.
    """

    def forwards(_apps: object, schema_editor: Any) -> None:
        if not _is_postgres(schema_editor):
            schema_editor.execute(f"ANALYZE {table}")

    return RunPython(forwards, RunPython.noop)


def _is_partitioned(schema_editor: Any, model: Any) -> bool:
    with schema_editor.connection.cursor() as cursor:
        table = model._meta.db_table
        return any(
            each.name == table and each.type == "p"
            for each in schema_editor.connection.introspection.get_table_list(cursor)
        )


def _is_postgres(schema_editor: Any) -> bool:
    is_postgres: bool = schema_editor.connection.vendor == "postgresql"
    return is_postgres
