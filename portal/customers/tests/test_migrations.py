"""The migrations create all triggers, and remove everything when they are reversed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.organizers.models import Organizer

COUNTING = {"customer_count_inserts", "customer_count_deletes", "customer_count_updates"}
TRIGGERS = {
    "sqlite": {
        *COUNTING,
        "customer_search_insert",
        "customer_search_delete",
        "customer_search_update",
    },
    "postgresql": {*COUNTING, "customer_count_truncates"},
}
TRIGGER_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
ALL_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE name LIKE 'customer%'",
    "postgresql": """
        SELECT relname FROM pg_class WHERE relname LIKE 'customer%'
        UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'customer%'""",
}


def _names(statements: dict[str, str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_all_triggers_exist_after_the_migrations() -> None:
    """SQLite drops triggers when Django recreates a table: the migration must create them again."""
    assert _names(TRIGGER_NAMES) == TRIGGERS[connection.vendor]


@pytest.fixture
def unmigrated(transactional_db: None) -> Iterator[None]:
    call_command("migrate", "customers", "zero", verbosity=0)
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.usefixtures("unmigrated")
def test_a_reversal_removes_everything() -> None:
    assert _names(ALL_NAMES) == set()


@pytest.mark.usefixtures("unmigrated")
def test_customers_are_counted_after_a_reversal_and_a_second_migration(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    call_command("migrate", verbosity=0)
    make_customer()

    assert maintained(organizer) == counted(organizer)
    assert sum(maintained(organizer).values()) == 1


def test_keys_of_emails_become_lower_case(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = [make_customer(email=f"{name}@Straße.example") for name in ("Ann", "Bob")]
    make_customer(email=None)
    migration = import_module("portal.customers.migrations.0002_email_keys_in_lower_case")
    with scope(organizer=organizer):
        Customer.objects.filter(pk=made[0].pk).update(email_key="ann@strasse.example")
        migration.lower_keys(apps, connection.schema_editor())

        keys = set(Customer.objects.values_list("email_key", flat=True))
    assert keys == {"ann@straße.example", "bob@straße.example", None}


def test_the_last_change_of_each_customer_becomes_one_of_its_source(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = [make_customer() for _each in range(3)]
    migration = import_module("portal.customers.migrations.0004_fill_source_modified")

    migration.fill(apps, connection.schema_editor())

    with scope(organizer=organizer):
        times = dict(Customer.objects.values_list("pk", "source_modified"))
    assert times == {each.pk: each.last_modified for each in made}


def test_texts_are_normalized_again(organizer: Organizer, make_customer: CustomerMaker) -> None:
    made = make_customer(name_parts={"_scheme": "full", "full_name": "Schmidt, Anna"})
    migration = import_module("portal.customers.migrations.0005_normalize_again")

    with scope(organizer=organizer):
        Customer.objects.filter(pk=made.pk).update(name_key="schmidt, anna")
        migration.normalize(apps, connection.schema_editor())

        assert Customer.objects.values_list("name_key", flat=True).get() == "schmidt anna"


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL orders keys by itself")
def test_keys_of_names_are_in_the_order_of_jsonb(make_customer: CustomerMaker) -> None:
    parts = {"_scheme": "given_family", "family_name": "Lee", "given_name": "Zoë"}
    made, _other = make_customer(name_parts=parts), make_customer()
    migration = import_module("portal.customers.migrations.0005_normalize_again")
    with connection.cursor() as cursor:
        stored = "SELECT name_parts FROM customers_customer WHERE id = %s"
        written = cursor.execute(stored, [made.pk]).fetchone()
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        cursor.execute("UPDATE customers_customer SET name_parts = %s", [text])

        migration.order_keys_on_sqlite(apps, connection.schema_editor())

        assert cursor.execute(stored, [made.pk]).fetchone() == written
    assert written == ('{"_scheme": "given_family", "given_name": "Zoë", "family_name": "Lee"}',)
