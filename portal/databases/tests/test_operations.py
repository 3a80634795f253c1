"""Indexes of a table that is in use, and migrations that would make people wait."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.databases.operations import AddIndexOnline, RemoveIndexOnline, analyze

INDEX = models.Index(fields=["organizer", "phone"], name="customer_by_phone")
CHECK = models.CheckConstraint(condition=~models.Q(phone=""), name="customer_phone_not_blank")
LARGE = "customers"
# While one of these works on a large table, nobody else can write to it.
WAITED_FOR = (migrations.AddIndex, migrations.RemoveIndex, migrations.AddConstraint)
LATER = [
    migration
    for (app, _name), migration in sorted(MigrationLoader(None).disk_migrations.items())
    if app == LARGE and not migration.initial
]


def _mistakes(migration: Any) -> Iterator[str]:
    made = {each.name_lower for each in migration.operations if hasattr(each, "fields")}
    for operation in migration.operations:
        if type(operation) in WAITED_FOR and operation.model_name_lower not in made:
            yield f"{type(operation).__name__}: see docs/postgresql.md for what to take instead"
        if isinstance(operation, AddIndexOnline | RemoveIndexOnline) and migration.atomic:
            yield f"{type(operation).__name__} needs atomic = False"


def _migration(*operations: Any, atomic: bool = True) -> Any:
    made: Any = migrations.Migration("9999_made", LARGE)
    made.operations, made.atomic = operations, atomic
    return made


def test_no_migration_of_a_large_table_makes_people_wait() -> None:
    mistakes = {migration.name: list(_mistakes(migration)) for migration in LATER}

    assert {name: words for name, words in mistakes.items() if words} == {}


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
def test_the_check_sees_what_makes_people_wait(migration: Any, count: int) -> None:
    assert len(list(_mistakes(migration))) == count


VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'customer_by_phone'::regclass"


@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_and_dropped_on_every_database() -> None:
    before = MigrationLoader(connection).project_state()
    add = AddIndexOnline("customer", INDEX)
    remove = RemoveIndexOnline("customer", INDEX.name)
    after = before.clone()
    add.state_forwards(LARGE, after)

    with (
        CaptureQueriesContext(connection) as queries,
        connection.schema_editor(atomic=False) as editor,
    ):
        add.database_forwards(LARGE, editor, before, after)
        assert INDEX.name in _indexes()
        if connection.vendor == "postgresql":
            assert _fetch(VALID) == [(True,)]
        remove.database_forwards(LARGE, editor, after, before)
        assert INDEX.name not in _indexes()
        remove.database_backwards(LARGE, editor, before, after)
        assert INDEX.name in _indexes()
        add.database_backwards(LARGE, editor, after, before)

    assert INDEX.name not in _indexes()
    statements = [each["sql"] for each in queries if re.match("(CREATE|DROP) INDEX", each["sql"])]
    is_postgresql = connection.vendor == "postgresql"
    assert ["INDEX CONCURRENTLY" in each for each in statements] == [is_postgresql] * 4


class Nowhere:
    """Migrates no database."""

    def allow_migrate(self, *_what: Any, **_hints: Any) -> bool:
        return False


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_not_migrated_is_left_alone(settings: Any) -> None:
    settings.DATABASE_ROUTERS = [f"{__name__}.Nowhere"]
    before = MigrationLoader(connection).project_state()
    add = AddIndexOnline("customer", INDEX)
    after = before.clone()
    add.state_forwards(LARGE, after)

    with connection.schema_editor(atomic=False) as editor:
        add.database_forwards(LARGE, editor, before, after)
        RemoveIndexOnline("customer", "customer_by_name_key").database_forwards(
            LARGE, editor, before, after
        )

    assert INDEX.name not in _indexes()
    assert "customer_by_name_key" in _indexes()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows columns")
@pytest.mark.django_db
def test_sqlite_knows_of_indexes_that_are_analyzed(make_customer: CustomerMaker) -> None:
    make_customer()
    state = MigrationLoader(connection).project_state()

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE django_session")
        cursor.execute("DELETE FROM sqlite_stat1")
        analyze("customers_customer").database_forwards(
            LARGE, connection.SchemaEditorClass(connection), state, state
        )
        cursor.execute("SELECT idx FROM sqlite_stat1")
        assert ("customer_joined_facets",) in cursor.fetchall()


def _fetch(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Customer._meta.db_table))
