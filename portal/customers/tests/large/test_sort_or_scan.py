"""Filters by time: few customers are sorted; for many the index of the order is scanned."""

from __future__ import annotations

import pytest

from portal.customers.services import is_cheaper_to_sort
from portal.customers.tests.asking import asked
from portal.customers.tests.large.scans import FIELDS, INDEXES, SIZE
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer

MANY_ARE_IN = [
    "never_logged_in=true",
    "never_logged_in=false",
    "date_joined_since=2022-01-01",
    "last_login_until=2025-01-01",
    "date_joined_since=2021-01-01&modified_since=2021-01-01",
]
FEW_ARE_IN = [
    ("date_joined_until=2020-01-20", "date_joined"),
    ("last_login_until=2020-06-01", "last_login"),
    ("modified_since=2025-12-31", "last_modified"),
    ("date_joined_since=2025-12-30&date_joined_until=2025-12-30", "date_joined"),
]


@pytest.mark.parametrize(
    ("number", "total", "is_cheaper"),
    [(0, 0, False), (7_000, 1_000_000, True), (8_000, 1_000_000, False), (10, 10, True)],
)
def test_few_are_sorted(number: int, total: int, is_cheaper: bool) -> None:
    assert is_cheaper_to_sort(number, total) == is_cheaper


@pytest.mark.parametrize("query", MANY_ARE_IN)
def test_where_many_are_in_a_range_the_order_is_walked(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    with explained(plans):
        assert len(asked(in_large, query).page(1, SIZE).rows) == SIZE

    page = plans[-1]
    assert page.indexes == INDEXES["email"] & page.indexes
    assert page.rows <= 20 * SIZE


@pytest.mark.parametrize(("query", "index"), FEW_ARE_IN)
def test_where_few_are_in_a_range_the_range_is_read(
    in_large: Organizer, plans: list[Plan], query: str, index: str
) -> None:
    number = asked(in_large, query).count()
    assert number

    with explained(plans):
        asked(in_large, query).page(1, SIZE)

    page = plans[-1]
    assert page.indexes <= INDEXES[index] | INDEXES["email"]
    assert INDEXES[index] & page.indexes
    assert page.rows <= 2 * number + 2_000


@pytest.mark.parametrize("query", [*MANY_ARE_IN, *(query for query, _index in FEW_ARE_IN)])
def test_programs_get_the_same_customers_by_the_same_plans(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    search = asked(in_large, query)
    with explained(plans):
        found = search.read_page(FIELDS, 1, SIZE)
    of_program = plans[-1]

    with explained(plans):
        page = asked(in_large, query).page(1, SIZE)

    assert [row[0] for row in found.rows] == [customer.identifier for customer in page.rows]
    assert found.count == search.customers.count()
    assert of_program.indexes >= plans[-1].indexes
