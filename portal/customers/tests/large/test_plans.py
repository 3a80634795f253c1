"""Query plans: a list of many customers reads about as many rows as it returns."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Count
from pytest_django import Settings

from portal.customers.models import Customer, customers_of_organizer
from portal.customers.query.search import MAX_EXACT_MATCHES, Search, find_exact_matches
from portal.customers.tests.large.scans import (
    CUSTOMERS,
    EXACT_MATCH_INDEXES,
    FIELDS,
    INDEXES,
    KEYS,
    MAX_ROWS,
    SIZE,
    assert_ordered_scan,
)
from portal.customers.tests.lists import list_of
from portal.customers.tests.plans import SEARCH, Plan, explained
from portal.organizers.models import Organizer

LAST_PAGE = CUSTOMERS // SIZE
DEEP_PAGE = LAST_PAGE // 3
# SQLite finds the first customer of the organizer in this index.
FIRST_CUSTOMER_INDEXES = INDEXES["state"]


@pytest.mark.parametrize("ordering", KEYS)
@pytest.mark.parametrize("number", [1, LAST_PAGE])
def test_the_first_and_the_last_page_are_ordered_scans(
    in_large: Organizer, plans: list[Plan], ordering: str, number: int
) -> None:
    search = list_of(in_large, f"ordering={ordering}")

    with explained(plans):
        assert len(search.read_page(FIELDS, number, SIZE).rows) == SIZE
        assert len(search.page(number, SIZE).rows) == SIZE

    assert_ordered_scan(plans, ordering)


@pytest.mark.parametrize("ordering", KEYS)
def test_a_page_after_a_cursor_deep_in_the_list_is_an_ordered_scan(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    search = list_of(in_large, f"ordering={ordering}")
    cursor = search.read_page(FIELDS, DEEP_PAGE, SIZE).after
    assert cursor

    with explained(plans):
        assert len(search.read_page_after(FIELDS, cursor, SIZE).rows) == SIZE

    assert_ordered_scan(plans, ordering)


@pytest.mark.parametrize("ordering", KEYS)
def test_the_first_row_of_a_middle_page_is_found_by_an_index_only_scan(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    with explained(plans):
        list_of(in_large, f"ordering={ordering}").read_page(FIELDS, LAST_PAGE // 2, SIZE)

    start, page = plans
    assert start.indexes <= INDEXES[ordering.removeprefix("-")]
    assert start.is_covered
    assert_ordered_scan([page], ordering)


@pytest.mark.parametrize(
    "query",
    [
        "state=active",
        "state_not=anonymised",
        "is_active=true",
        "is_verified=true",
        "locale=nl",
        "locale_not=de",
    ],
)
def test_a_page_of_an_unselective_filter_is_an_ordered_scan(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    with explained(plans):
        list_of(in_large, query).read_page(FIELDS, 1, SIZE)

    assert_ordered_scan(plans, "email")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=unverified&state=inactive&locale=de&locale=fr",
        "state_not=active&is_active=true",
        "is_verified=false",
        "locale_not=de&locale_not=nl",
    ],
)
def test_maintained_counts_read_no_customer(
    in_large: Organizer, plans: list[Plan], query: str
) -> None:
    search = list_of(in_large, query)

    with explained(plans):
        count = search.count()

    assert plans == []
    assert count == search.customers.count()


def test_a_filter_with_many_matches_is_counted_in_its_index(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        list_of(in_large, "date_joined_since=2022-01-01").page(1, SIZE)

    counted, _page = plans
    assert counted.indexes == INDEXES["date_joined"]
    assert counted.rows <= 10_000 + MAX_ROWS


@pytest.mark.parametrize(
    ("parameter", "index"),
    [("email", "customer_email_in_organizer"), ("external_identifier", "customer_by_external")],
)
def test_a_filter_by_a_unique_value_is_an_index_scan(
    in_large: Organizer, plans: list[Plan], parameter: str, index: str
) -> None:
    customer = Customer.objects.exclude(email=None).exclude(external_identifier=None)[0]

    with explained(plans):
        for value in (getattr(customer, parameter), "nobody"):
            list_of(in_large, f"{parameter}={value}").read_page(FIELDS, 1, SIZE)

    assert {name for plan in plans for name in plan.indexes} == {index}
    assert sum(plan.rows for plan in plans) <= 5


def test_an_exact_match_is_found_by_the_indexes_of_all_values(
    in_large: Organizer, plans: list[Plan]
) -> None:
    customer = Customer.objects.exclude(email=None).exclude(external_identifier=None)[0]
    shared_phone = _most_shared_phone()

    for value in (customer.email, customer.identifier.lower(), customer.external_identifier):
        with explained(plans):
            assert find_exact_matches(in_large, str(value)) == [customer]
    with explained(plans):
        assert len(find_exact_matches(in_large, shared_phone)) == MAX_EXACT_MATCHES

    for plan in plans:
        assert plan.indexes == EXACT_MATCH_INDEXES
        assert plan.rows <= 5


def _most_shared_phone() -> str:
    shared = Customer.objects.exclude(phone=None).values("phone_key").annotate(number=Count("*"))
    return f"+{shared.order_by('-number')[0]['phone_key']}"


@pytest.mark.parametrize(
    "search",
    [
        *("qzxjwv", "anna schmidt", "one", "Böttcher Mathilda"),
        *(
            "030 23125123",
            "(030) 231-25 123",
            "03 02 31 25 12 3",
            "%2B49 30 23125 123",
            "5 1 2 3 4 1",
            "anna 030 23125123",
        ),
    ],
)
def test_a_selective_search_is_a_scan_of_the_trigram_index(
    in_large: Organizer, plans: list[Plan], search: str
) -> None:
    if search == "one":
        search = str(Customer.objects.exclude(email=None)[0].email)

    with explained(plans):
        list_of(in_large, f"search={search}").read_page(FIELDS, 1, SIZE)

    matches, *rows = plans
    assert {SEARCH} <= matches.indexes <= {SEARCH, *FIRST_CUSTOMER_INDEXES}
    assert not {name for plan in rows for name in plan.tables}
    # Each customer is read from the index, from the table, and for the page.
    assert sum(plan.rows for plan in plans) <= 2 * MAX_ROWS


def test_only_one_page_of_many_matches_is_read_from_the_table(
    in_large: Organizer, plans: list[Plan]
) -> None:
    search = list_of(in_large, "search=schmidt&ordering=-last_login")
    assert search.count() > MAX_ROWS

    with explained(plans):
        assert len(search.read_page(FIELDS, 3, SIZE).rows) == SIZE

    _matches, page = plans
    assert page.rows <= MAX_ROWS / 2


@pytest.mark.parametrize("search", ["example.org", "030 23125", "23125"])
def test_a_page_of_an_unselective_search_is_an_ordered_scan(
    in_large: Organizer, plans: list[Plan], settings: Settings, search: str
) -> None:
    settings.COUNT_CAP = 1_000

    with explained(plans):
        page = list_of(in_large, f"search={search}").page(1, 3)

    assert not page.count.is_exact
    _found, scanned, _exact = plans
    assert_ordered_scan([scanned], "email")


def test_many_matches_that_meet_a_facet_can_be_counted_in_the_trigram_index(
    in_large: Organizer, plans: list[Plan], settings: Settings
) -> None:
    settings.COUNT_CAP = 1_000

    with explained(plans):
        page = list_of(in_large, "search=schmidt&is_active=true").page(1, SIZE)

    assert not page.count.is_exact
    _found, counted, _exact = plans
    # PostgreSQL chooses by the statistics of the texts. No index finds STRPOS.
    assert SEARCH in counted.indexes or "LIKE" in counted.sql


def test_a_state_whose_customers_are_last_is_found_by_its_index(
    in_large: Organizer, plans: list[Plan], settings: Settings
) -> None:
    anonymised = list_of(in_large, "state=anonymised")
    expected = anonymised.page(1, SIZE)
    settings.SCAN_MILLISECONDS = 1

    with explained(plans):
        page = anonymised.page(1, SIZE)
        rows = anonymised.read_page(["id"], 1, SIZE).rows

    assert len(page.rows) == len(rows) == SIZE
    assert [*page.rows] == [*expected.rows]
    by_state = [plan for plan in plans if INDEXES["state"] <= plan.indexes]
    assert len(by_state) == 2
    assert all(plan.is_sorted for plan in by_state)


def test_matches_of_a_short_term_are_counted_in_physical_order(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        page = list_of(in_large, "search=e").page(1, SIZE)

    assert not page.count.is_exact
    _found, plan, _exact = plans
    assert INDEXES["state"] < plan.indexes <= INDEXES["state"] | INDEXES["email"]


@pytest.mark.parametrize("search", ["жщ", "ж"])
def test_other_short_terms_with_few_matches_are_not_read_by_an_ordered_scan(
    in_large: Organizer, plans: list[Plan], search: str
) -> None:
    with explained(plans):
        page = list_of(in_large, f"search={search}").page(1, SIZE)
        rows = list_of(in_large, f"search={search}").read_page(FIELDS, 1, SIZE)

    assert page.count.is_exact
    assert page.count.number == rows.count
    scans = [plan for plan in plans if plan.rows > SIZE]
    # The first scan of a list stops after a few milliseconds, the second scan reads all matches.
    assert 2 <= len(scans) <= 4
    assert not any(plan.indexes & INDEXES["email"] for plan in scans)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares each text")
@pytest.mark.parametrize("search", ["qx", "zz q9"])
def test_a_rare_pair_of_letters_is_a_scan_of_the_trigram_index(
    in_large: Organizer, plans: list[Plan], search: str
) -> None:
    term, customers = Search.parse(search), customers_of_organizer(in_large)
    number = term.filter_by_scan(customers).count()

    with explained(plans):
        assert len(term.filter_matches(customers, finds_pairs=True)) == number > 0

    [plan] = plans
    assert plan.indexes == {SEARCH}
    assert plan.rows <= 3 * number + SIZE


@pytest.mark.parametrize("ordering", ["last_modified", "-last_modified"])
def test_recently_changed_customers_are_an_index_scan(
    in_large: Organizer, plans: list[Plan], ordering: str
) -> None:
    query = f"modified_since=2025-12-31&ordering={ordering}"
    changed = list_of(in_large, query).count()

    with explained(plans):
        list_of(in_large, query).read_page(FIELDS, 1, SIZE)

    assert all(plan.indexes == INDEXES["last_modified"] for plan in plans)
    assert not any(plan.is_sorted for plan in plans)
    # The plan includes the query that counts the matches.
    assert sum(plan.rows for plan in plans) <= changed + MAX_ROWS
