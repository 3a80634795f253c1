"""Filters with an index: few matches are sorted; many matches are read by an ordered scan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django_scopes import scope

from portal.customers.models import Customer
from portal.customers.services import is_cheaper_to_sort
from portal.customers.tests.large.scans import FIELDS, INDEXES, SIZE
from portal.customers.tests.lists import list_of
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer
from portal.organizers.services import create_organizer

UNSELECTIVE = [
    "never_logged_in=true",
    "never_logged_in=false",
    "date_joined_since=2022-01-01",
    "last_login_until=2025-01-01",
    "date_joined_since=2021-01-01&modified_since=2021-01-01",
    "empty=phone",
    "empty=external_identifier&empty=phone",
]
SELECTIVE = [
    ("date_joined_until=2020-01-20", "date_joined"),
    ("last_login_until=2020-06-01", "last_login"),
    ("modified_since=2025-12-31", "last_modified"),
    ("date_joined_since=2025-12-30&date_joined_until=2025-12-30", "date_joined"),
]


@pytest.mark.parametrize(
    ("number", "total", "is_cheaper"),
    [(0, 0, False), (7_000, 1_000_000, True), (8_000, 1_000_000, False), (10, 10, True)],
)
def test_few_matches_are_cheaper_to_sort(number: int, total: int, is_cheaper: bool) -> None:
    assert is_cheaper_to_sort(number, total) == is_cheaper


@pytest.mark.parametrize("query", UNSELECTIVE)
def test_a_range_with_many_matches_is_an_ordered_scan(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    with explained(plans):
        assert len(list_of(in_large, query).page(1, SIZE).rows) == SIZE

    page = plans[-1]
    assert page.indexes == INDEXES["email"] & page.indexes
    assert page.rows <= 20 * SIZE


@pytest.mark.parametrize(("query", "index"), SELECTIVE)
def test_a_range_with_few_matches_is_an_index_scan(
    in_large: Organizer, plans: list[Plan], query: str, index: str
) -> None:
    number = list_of(in_large, query).count()
    assert number

    with explained(plans):
        list_of(in_large, query).page(1, SIZE)

    page = plans[-1]
    assert page.indexes <= INDEXES[index] | INDEXES["email"]
    assert INDEXES[index] & page.indexes
    assert page.rows <= 2 * number + 2_000


@pytest.fixture
def few_empty(large: Organizer, db: None) -> Iterator[Organizer]:
    """An organizer with 2,000 customers, ten of which lack fields."""
    organizer = create_organizer(slug="few", name="Few")
    with scope(organizer=organizer):
        Customer.objects.bulk_create(_customer(organizer, number) for number in range(2_000))
        yield organizer


def _customer(organizer: Organizer, number: int) -> Customer:
    if number % 200 == 0:
        return Customer(organizer=organizer, identifier=f"FEW{number}")
    return Customer(
        organizer=organizer,
        identifier=f"FEW{number}",
        email=f"few{number}@example.org",
        phone=f"+49 30 {number}",
        external_identifier=f"CRM-{number}",
        name_parts={"_scheme": "full", "full_name": f"Few {number}"},
    )


@pytest.mark.parametrize(
    ("field", "indexes"),
    [
        ("email", {"customer_without_email", "customer_email_in_organizer"}),
        ("phone", {"customer_without_phone"}),
        ("external_identifier", {"customer_without_external"}),
        ("name", {"customer_without_name", "customer_by_name_key"}),
    ],
)
def test_few_customers_with_an_empty_field_are_an_index_scan(
    few_empty: Organizer, plans: list[Plan], field: str, indexes: set[str]
) -> None:
    search = list_of(few_empty, f"empty={field}&ordering=-date_joined")

    with explained(plans):
        assert len(search.page(1, SIZE).rows) == 10
        assert len(search.read_page(FIELDS, 1, SIZE).rows) == 10

    for plan in plans:
        assert plan.indexes, plan.sql
        assert plan.indexes <= indexes, plan.sql
        assert plan.rows <= 20


@pytest.mark.parametrize("query", [*UNSELECTIVE, *(query for query, _index in SELECTIVE)])
def test_the_api_and_the_list_return_equal_customers_by_equal_plans(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    search = list_of(in_large, query)
    with explained(plans):
        api_page = search.read_page(FIELDS, 1, SIZE)
    api_plan = plans[-1]

    with explained(plans):
        page = list_of(in_large, query).page(1, SIZE)

    assert [row[0] for row in api_page.rows] == [customer.identifier for customer in page.rows]
    assert api_page.count == search.customers.count()
    assert api_plan.indexes >= plans[-1].indexes
