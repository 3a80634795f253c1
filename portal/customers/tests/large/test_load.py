"""A large import creates all indexes, counts correctly, and marks table pages as visible."""

from __future__ import annotations

import pytest
from django.db import connection

from portal.customers.counters.maintained_counts import CustomerCount
from portal.customers.demo.customers import demo_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.models import Customer
from portal.customers.tests.counters.test_maintained_counts import counted, maintained
from portal.organizers.models import Organizer


def test_the_table_has_all_its_indexes(in_large: Organizer) -> None:
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, Customer._meta.db_table)

    assert indexes.keys() >= {index.name for index in Customer._meta.indexes}


def test_the_maintained_counts_are_right_and_have_few_rows(in_large: Organizer) -> None:
    assert maintained(in_large) == counted(in_large)
    assert CustomerCount.objects.count() < 500


def test_a_second_load_changes_nothing(in_large: Organizer) -> None:
    report = load_customers(in_large, demo_customers(10_000))

    assert report == LoadReport(unchanged=10_000)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no visibility map")
def test_all_pages_are_visible_to_index_only_scans(in_large: Organizer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relallvisible, relpages FROM pg_class WHERE oid = %s::regclass",
            [Customer._meta.db_table],
        )
        [(visible, pages)] = cursor.fetchall()

    assert visible == pages > 0
