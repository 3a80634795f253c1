"""Customers of every kind, lists that are long with few of them, and room for plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from django.db import connection, transaction
from django_scopes import scope
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from portal.conftest import CustomerMaker
from portal.customers.demo.customers import BLOCK, UNTIL, demo_block
from portal.customers.importing.encode import Batch, prepare_batch
from portal.customers.importing.load import load_batches
from portal.customers.tests.large.scans import CUSTOMERS, OTHERS
from portal.customers.tests.plans import Plan
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
def low_cap(settings: Settings) -> None:
    """Ten are many."""
    settings.COUNT_CAP = 10


@pytest.fixture
def plans() -> list[Plan]:
    return []


@pytest.fixture(scope="module")
def large(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organizer]:
    """With a neighbour. No other module's tests ever see them."""
    with django_db_blocker.unblock(), _dropped_afterwards():
        large = create_organizer(slug="large", name="Large", timezone="Europe/Berlin")
        beside = create_organizer(slug="beside", name="Beside")
        for seed, (organizer, count) in enumerate(((large, CUSTOMERS), (beside, OTHERS)), 1):
            load_batches(organizer, _batches(count, seed))
        yield large


@contextmanager
def _dropped_afterwards() -> Iterator[None]:
    """On PostgreSQL a large load ends with VACUUM, which cannot run within a transaction."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    with connection.cursor() as cursor:
        # VACUUM marks only pages whose rows are known to be committed, on the disk.
        cursor.execute("SET synchronous_commit = on")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            cursor.execute(f"TRUNCATE {Organizer._meta.db_table} CASCADE")
            cursor.execute("VACUUM (ANALYZE)")


def _batches(count: int, seed: int) -> Iterator[Batch]:
    for first in range(0, count, BLOCK):
        yield prepare_batch(demo_block(first, BLOCK, seed=seed, until=UNTIL), first)


@pytest.fixture
def in_large(large: Organizer, db: None) -> Iterator[Organizer]:
    with scope(organizer=large):
        yield large
