"""What the migrations leave in the database: the triggers, and nothing after the way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from portal.conftest import CustomerMaker
from portal.customers.tests.counters.test_counts import counted, kept
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
FIND_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
FIND_ALL = {
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
def test_every_migration_leaves_the_triggers_in_place() -> None:
    """SQLite drops them where Django makes the table anew: the migration creates them again."""
    assert _names(FIND_TRIGGERS) == TRIGGERS[connection.vendor]


@pytest.fixture
def unmigrated(transactional_db: None) -> Iterator[None]:
    call_command("migrate", "customers", "zero", verbosity=0)
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.usefixtures("unmigrated")
def test_the_way_back_leaves_nothing() -> None:
    assert _names(FIND_ALL) == set()


@pytest.mark.usefixtures("unmigrated")
def test_there_and_back_again_customers_are_counted(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    call_command("migrate", verbosity=0)
    make_customer()

    assert kept(organizer) == counted(organizer)
    assert sum(kept(organizer).values()) == 1
