"""Plans: what a list reads follows from what it shows, at a hundred thousand customers."""

from __future__ import annotations

import pytest

from portal.customers.models import Customer
from portal.customers.query.search import find_exact
from portal.customers.tests.asking import asked
from portal.customers.tests.large.scans import (
    CUSTOMERS,
    FEW,
    FIELDS,
    INDEXES,
    KEYS,
    OF_WHOLE_VALUES,
    SIZE,
    assert_walked,
)
from portal.customers.tests.plans import SEARCH, Plan, explained
from portal.organizers.models import Organizer

LAST = CUSTOMERS // SIZE
DEEP = LAST // 3
# Where SQLite finds the organizer's first customer.
OF_FIRST = INDEXES["is_active"]


@pytest.mark.parametrize("ordering", KEYS)
@pytest.mark.parametrize("number", [1, LAST])
def test_the_first_and_the_last_page_walk_the_index(
    in_large: Organizer, plans: list[Plan], ordering: str, number: int
) -> None:
    search = asked(in_large, f"ordering={ordering}")

    with explained(plans):
        assert len(search.read_page(FIELDS, number, SIZE).rows) == SIZE
        assert len(search.page(number, SIZE).rows) == SIZE

    assert_walked(plans, ordering)


@pytest.mark.parametrize("ordering", KEYS)
def test_a_followed_page_deep_in_the_list_walks_the_index(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    search = asked(in_large, f"ordering={ordering}")
    cursor = search.read_page(FIELDS, DEEP, SIZE).after
    assert cursor

    with explained(plans):
        assert len(search.read_after(FIELDS, cursor, SIZE).rows) == SIZE

    assert_walked(plans, ordering)


@pytest.mark.parametrize("ordering", KEYS)
def test_the_place_of_a_page_in_the_middle_is_read_from_the_index_alone(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    with explained(plans):
        asked(in_large, f"ordering={ordering}").read_page(FIELDS, LAST // 2, SIZE)

    place, page = plans
    assert place.indexes <= INDEXES[ordering.removeprefix("-")]
    assert place.is_covered
    assert_walked([page], ordering)


@pytest.mark.parametrize("query", ["is_active=true", "is_verified=true", "locale=nl"])
def test_a_common_filter_walks_the_index_of_the_order(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    with explained(plans):
        asked(in_large, query).read_page(FIELDS, 1, SIZE)

    assert_walked(plans, "email")


@pytest.mark.parametrize("query", ["", "is_active=true&is_verified=false&locale=de&locale=fr"])
def test_maintained_counts_read_no_customer(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    search = asked(in_large, query)

    with explained(plans):
        found = search.count()

    assert plans == []
    assert found == search.customers.count()


def test_many_matches_are_counted_in_the_index(in_large: Organizer, plans: list[Plan]) -> None:
    with explained(plans):
        asked(in_large, "date_joined_since=2022-01-01").page(1, SIZE)

    counted, _walked = plans
    assert counted.indexes == INDEXES["date_joined"]
    assert counted.rows <= 10_000 + FEW


@pytest.mark.parametrize(
    ("parameter", "index"),
    [("email", "customer_email_in_organizer"), ("external_identifier", "customer_by_external")],
)
def test_who_is_known_is_found_by_an_index(
    in_large: Organizer, plans: list[Plan], parameter: str, index: str
) -> None:
    known = Customer.objects.exclude(email=None).exclude(external_identifier=None)[0]

    with explained(plans):
        for value in (getattr(known, parameter), "nobody"):
            asked(in_large, f"{parameter}={value}").read_page(FIELDS, 1, SIZE)

    assert {name for plan in plans for name in plan.indexes} == {index}
    assert sum(plan.rows for plan in plans) <= 5


def test_who_is_exactly_meant_is_found_by_the_index_of_each_value(
    in_large: Organizer, plans: list[Plan]
) -> None:
    known = Customer.objects.exclude(email=None).exclude(external_identifier=None)[0]

    for value in (known.email, known.identifier.lower(), known.external_identifier):
        with explained(plans):
            assert find_exact(in_large, str(value)) == [known]

    for plan in plans:
        assert plan.indexes == OF_WHOLE_VALUES
        assert plan.rows <= 5


@pytest.mark.parametrize("search", ["qzxjwv", "anna schmidt", "one"])
def test_a_rare_search_enters_the_index_of_trigrams(
    in_large: Organizer, plans: list[Plan], search: str
) -> None:
    if search == "one":
        search = str(Customer.objects.exclude(email=None)[0].email)

    with explained(plans):
        asked(in_large, f"search={search}").read_page(FIELDS, 1, SIZE)

    found, *rows = plans
    assert {SEARCH} <= found.indexes <= {SEARCH, *OF_FIRST}
    assert not {name for plan in rows for name in plan.tables}
    # Each customer is met by the index, by the table, and by the page.
    assert sum(plan.rows for plan in plans) <= 2 * FEW


def test_of_many_rare_matches_a_page_is_looked_at(in_large: Organizer, plans: list[Plan]) -> None:
    search = asked(in_large, "search=schmidt&ordering=-last_login")
    assert search.count() > FEW

    with explained(plans):
        assert len(search.read_page(FIELDS, 3, SIZE).rows) == SIZE

    _found, page = plans
    assert page.rows <= FEW / 2


def test_a_common_search_walks_the_index_of_the_order(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        page = asked(in_large, "search=example.org").page(1, SIZE)

    assert not page.count.is_exact
    _found, scanned, _exact = plans
    assert_walked([scanned], "email")


def test_who_has_a_short_word_is_counted_as_the_table_has_them(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        page = asked(in_large, "search=e").page(1, SIZE)

    assert not page.count.is_exact
    _facets, plan, _exact = plans
    assert INDEXES["is_active"] < plan.indexes <= INDEXES["is_active"] | INDEXES["email"]


@pytest.mark.parametrize("ordering", ["last_modified", "-last_modified"])
def test_what_changed_lately_walks_the_index(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    query = f"modified_since=2025-12-31&ordering={ordering}"
    changed = asked(in_large, query).count()

    with explained(plans):
        asked(in_large, query).read_page(FIELDS, 1, SIZE)

    assert all(plan.indexes == INDEXES["last_modified"] for plan in plans)
    assert not any(plan.is_sorted for plan in plans)
    # They are counted as well.
    assert sum(plan.rows for plan in plans) <= changed + FEW
