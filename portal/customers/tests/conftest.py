"""Customers of every kind, lists that are long with few of them, and room for plans."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from django.db import connection, transaction
from django_scopes import scope
from pytest_django.plugin import DjangoDbBlocker

from portal.conftest import CustomerMaker
from portal.customers import numbers, pages, searching
from portal.customers.demo import BLOCK, UNTIL, demo_block
from portal.customers.loading import add_customers
from portal.customers.partitions import SHARED
from portal.customers.prepared import Ready, make_ready
from portal.customers.staging import write_at_once
from portal.customers.tests.plans import Plan
from portal.customers.tests.walks import CUSTOMERS, OTHERS
from portal.organizers.models import Organizer
from portal.organizers.services import create_organizer


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    """Twenty-four, two of every kind."""
    for kind in product((True, False), (True, False), ("de", "fr", "en"), (True, False)):
        is_active, is_verified, locale, has_signed_in = kind
        make_customer(
            is_active=is_active,
            is_verified=is_verified,
            locale=locale,
            last_login="2026-01-01T12:00:00Z" if has_signed_in else None,
        )


@pytest.fixture
def low_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten are many."""
    for module in (pages, numbers):
        monkeypatch.setattr(module, "CAP", 10)
    monkeypatch.setattr(searching, "MOST", 10)


@pytest.fixture
def plans() -> list[Plan]:
    return []


# On PostgreSQL they may have been few once, and are in the table that they share with others.
TABLES = {"postgresql": ("own", "shared"), "sqlite": ("the one",)}


@pytest.fixture(scope="module", params=TABLES[connection.vendor])
def large(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Organizer]:
    """With a neighbour. No other module's tests ever see them: nothing of it is committed."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            large = create_organizer(slug="large", name="Large", timezone="Europe/Berlin")
            beside = create_organizer(slug="beside", name="Beside")
            fill = _fill_shared if request.param == "shared" else _fill
            fill({large: CUSTOMERS, beside: OTHERS})
            yield large
            transaction.set_rollback(True)
        if connection.vendor == "postgresql":
            # What was rolled back still takes its place.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")


def _fill(numbers: dict[Organizer, int]) -> None:
    for seed, (organizer, count) in enumerate(numbers.items(), 1):
        add_customers(organizer, _blocks(count, seed), expected=count)


def _fill_shared(numbers: dict[Organizer, int]) -> None:
    """As VACUUM, which is not for transactions, would leave them."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {SHARED}")
        for seed, (organizer, count) in enumerate(numbers.items(), 1):
            for block in _blocks(count, seed):
                write_at_once(organizer, block, SHARED)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"REINDEX TABLE {SHARED}")
        cursor.execute(f"ANALYZE {SHARED}")


def _blocks(count: int, seed: int) -> Iterator[Ready]:
    for first in range(0, count, BLOCK):
        yield make_ready(demo_block(first, BLOCK, seed=seed, until=UNTIL))


@pytest.fixture
def in_large(large: Organizer, db: None) -> Iterator[Organizer]:
    with scope(organizer=large):
        yield large
