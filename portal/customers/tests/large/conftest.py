"""One organizer with 100,000 customers, loaded once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django_scopes import scope
from pytest_django.plugin import DjangoDbBlocker

from portal.customers.demo.customers import BLOCK_SIZE, DEFAULT_UNTIL, demo_block
from portal.customers.importing.encode import EncodedBatch, encode_batch
from portal.customers.importing.load import LoadReport, load_batches
from portal.customers.tests.large.scans import CUSTOMERS, OTHERS
from portal.organizers.models import Organizer
from portal.organizers.services import create_organizer


@pytest.fixture(scope="package")
def large(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organizer]:
    """An organizer with most of the customers. A second organizer has the others.

    The customers are deleted when pytest leaves the package, so other tests do not see them. No
    test of this package may use `django_db(transaction=True)`, which would delete the customers.
    """
    with django_db_blocker.unblock(), _deleted_afterwards():
        large = create_organizer(slug="large", name="Large", timezone="Europe/Berlin")
        second = create_organizer(slug="second", name="Second")
        for seed, (organizer, count) in enumerate(((large, CUSTOMERS), (second, OTHERS)), 1):
            report = load_batches(organizer, _batches(count, seed))
            assert report == LoadReport(created=count)
        yield large


@contextmanager
def _deleted_afterwards() -> Iterator[None]:
    """Delete the committed rows at the end.

    On PostgreSQL the rows are committed, because VACUUM cannot run within a transaction.
    """
    if connection.vendor == "sqlite":
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    with connection.cursor() as cursor:
        # Remove the dead rows of earlier tests, because VACUUM may not mark their pages as visible.
        cursor.execute(f"TRUNCATE {Organizer._meta.db_table} CASCADE")
        # VACUUM marks a page as visible only after the commit of its rows is on the disk.
        cursor.execute("SET synchronous_commit = on")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            cursor.execute(f"TRUNCATE {Organizer._meta.db_table} CASCADE")
            cursor.execute("VACUUM (ANALYZE)")


def _batches(count: int, seed: int) -> Iterator[EncodedBatch]:
    for first in range(0, count, BLOCK_SIZE):
        block = demo_block(first, BLOCK_SIZE, seed=seed, until=DEFAULT_UNTIL)
        yield encode_batch(block, first, country="DE")


@pytest.fixture
def in_large(large: Organizer, db: None) -> Iterator[Organizer]:
    with scope(organizer=large):
        yield large
