"""Migrations that do not block writes, because the table is in use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from portal.customers.models import Customer
from portal.databases.operations import AddIndexOnline, RemoveIndexOnline

INDEX = models.Index(fields=["organizer", "phone"], name="customer_of_a_test")
CHECK = models.CheckConstraint(condition=~models.Q(phone=""), name="customer_phone_not_blank")
LARGE_TABLE_APP = "customers"
# Operations that block writes to the table until they are done.
BLOCKING_OPERATIONS = (migrations.AddIndex, migrations.RemoveIndex, migrations.AddConstraint)
LATER_MIGRATIONS = [
    migration
    for (app, _name), migration in sorted(MigrationLoader(None).disk_migrations.items())
    if app == LARGE_TABLE_APP and not migration.initial
]


def _errors(migration: Any) -> Iterator[str]:
    created = {each.name_lower for each in migration.operations if hasattr(each, "fields")}
    for operation in migration.operations:
        if type(operation) in BLOCKING_OPERATIONS and operation.model_name_lower not in created:
            yield f"{type(operation).__name__} blocks writes, see docs/postgresql.md"
        if isinstance(operation, AddIndexOnline | RemoveIndexOnline) and migration.atomic:
            yield f"{type(operation).__name__} needs atomic = False"


def _migration(*operations: Any, atomic: bool = True) -> Any:
    migration: Any = migrations.Migration("9999_test", LARGE_TABLE_APP)
    migration.operations, migration.atomic = operations, atomic
    return migration


def test_no_migration_blocks_writes_to_a_large_table() -> None:
    errors = {migration.name: list(_errors(migration)) for migration in LATER_MIGRATIONS}

    assert {name: found for name, found in errors.items() if found} == {}


@pytest.mark.parametrize(
    ("migration", "count"),
    [
        (_migration(migrations.AddIndex("customer", INDEX)), 1),
        (_migration(migrations.RemoveIndex("customer", "customer_by_locale")), 1),
        (_migration(migrations.AddConstraint("customer", CHECK)), 1),
        (_migration(AddIndexOnline("customer", INDEX)), 1),
        (_migration(AddIndexOnline("customer", INDEX), atomic=False), 0),
        (_migration(AddConstraintNotValid("customer", CHECK)), 0),
        (_migration(migrations.CreateModel("Note", []), migrations.AddIndex("note", INDEX)), 0),
    ],
)
def test_the_check_finds_operations_that_block_writes(migration: Any, count: int) -> None:
    assert len(list(_errors(migration))) == count


INDEX_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'customer_of_a_test'::regclass"


@pytest.mark.django_db(transaction=True)
def test_an_index_is_created_and_dropped_on_every_database() -> None:
    before = MigrationLoader(connection).project_state()
    add = AddIndexOnline("customer", INDEX)
    remove = RemoveIndexOnline("customer", INDEX.name)
    after = before.clone()
    add.state_forwards(LARGE_TABLE_APP, after)

    with (
        CaptureQueriesContext(connection) as queries,
        connection.schema_editor(atomic=False) as editor,
    ):
        add.database_forwards(LARGE_TABLE_APP, editor, before, after)
        assert INDEX.name in _index_names()
        if connection.vendor == "postgresql":
            assert _fetch_rows(INDEX_IS_VALID) == [(True,)]
        remove.database_forwards(LARGE_TABLE_APP, editor, after, before)
        assert INDEX.name not in _index_names()
        remove.database_backwards(LARGE_TABLE_APP, editor, before, after)
        assert INDEX.name in _index_names()
        add.database_backwards(LARGE_TABLE_APP, editor, after, before)

    assert INDEX.name not in _index_names()
    statements = [each["sql"] for each in queries if re.match("(CREATE|DROP) INDEX", each["sql"])]
    is_postgresql = connection.vendor == "postgresql"
    assert ["INDEX CONCURRENTLY" in each for each in statements] == [is_postgresql] * 4


class NoMigrations:
    """A database router that allows no migration."""

    def allow_migrate(self, *_arguments: Any, **_hints: Any) -> bool:
        return False


@pytest.mark.django_db(transaction=True)
def test_an_operation_does_not_change_a_database_that_is_not_migrated(settings: Any) -> None:
    settings.DATABASE_ROUTERS = [f"{__name__}.NoMigrations"]
    before = MigrationLoader(connection).project_state()
    add = AddIndexOnline("customer", INDEX)
    after = before.clone()
    add.state_forwards(LARGE_TABLE_APP, after)

    with connection.schema_editor(atomic=False) as editor:
        add.database_forwards(LARGE_TABLE_APP, editor, before, after)
        RemoveIndexOnline("customer", "customer_by_name_key").database_forwards(
            LARGE_TABLE_APP, editor, before, after
        )

    assert INDEX.name not in _index_names()
    assert "customer_by_name_key" in _index_names()


def _fetch_rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _index_names() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Customer._meta.db_table))
