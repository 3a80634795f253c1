"""The migrations create all triggers, and reversing the migrations removes everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from portal.conftest import CustomerMaker
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.organizers.models import Organizer

COUNTING = {"customer_count_inserts", "customer_count_deletes", "customer_count_updates"}
APPEND_ONLY = {"history_no_delete", "history_no_update"}
TRIGGERS = {
    "sqlite": {
        *COUNTING,
        *APPEND_ONLY,
        "history_no_replace",
        "customer_search_insert",
        "customer_search_delete",
        "customer_search_update",
        "customer_notes_insert",
        "customer_notes_delete",
        "customer_notes_update",
    },
    "postgresql": {*COUNTING, *APPEND_ONLY, "customer_count_truncates"},
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
    """A migration that recreates a table on SQLite must create the triggers again."""
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
