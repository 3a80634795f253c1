"""Exact matches: customers whose whole email, phone or identifier equals the search."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from django_scopes.exceptions import ScopeError
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.search import MAX_EXACT_MATCHES, find_exact_matches
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    """Ann, whose email and identifiers are parts of the values of other customers."""
    ann = make_customer(
        identifier="A7", email="Ann@shop.example", external_identifier="CRM 7",
        name_parts={"_scheme": "full", "full_name": "Ann Other"},
    )  # fmt: skip
    make_customer(identifier="A71", email="joann@shop.example", external_identifier="CRM 77")
    return ann


@pytest.mark.parametrize(
    "search",
    [
        *("ann@shop.example", "ANN@Shop.Example", "A7", "a7", "CRM 7", " CRM 7 "),
        *("\u200eann@shop.example", "A\u00ad7\u200b", "CRM\u2060 7\ufeff"),
    ],
)
def test_a_whole_email_or_identifier_is_an_exact_match(
    member_client: Client, ann: Customer, search: str
) -> None:
    listing = member_client.get(LIST, {"search": search}).context["listing"]

    assert [customer for customer, _address in listing.exact_matches] == [ann]
    assert len(listing.page.rows) == 2


@pytest.mark.parametrize("search", ["nn@shop.example", "shop", "7", "crm 7", "Ann Other", "A7 CRM"])
def test_a_part_of_an_email_or_identifier_is_no_exact_match(
    organizer: Organizer, ann: Customer, search: str
) -> None:
    with scope(organizer=organizer):
        assert find_exact_matches(organizer, search) == []


def test_an_exact_match_is_labelled_and_links_to_the_customer(
    member_client: Client, ann: Customer
) -> None:
    response = member_client.get(LIST, {"search": "A7"})

    assertContains(response, "Exact match")
    link = rf'<a href="{LIST}A7/\?back=search%3DA7&amp;at=[\w-]+"><bdi>Ann Other</bdi></a>'
    assert re.search(link, response.content.decode())
    assertContains(response, "<bdi>CRM 7</bdi>")
    assertContains(response, "with an exact match above the list")


def test_other_filters_do_not_hide_an_exact_match(member_client: Client, ann: Customer) -> None:
    response = member_client.get(LIST, {"search": "A7", "is_active": "false"})

    assertContains(response, "No customers match these filters")
    assertContains(response, "Exact match, ignoring the other filters")
    assertContains(response, "Ann Other")


@pytest.mark.parametrize(
    "query", ["search=crm+77", "search=ann+other", "", "search=A7&page=2&page_size=25"]
)
def test_an_exact_match_is_shown_once_and_on_the_first_page_only(
    member_client: Client, make_customer: CustomerMaker, ann: Customer, query: str
) -> None:
    for number in range(25):
        make_customer(identifier=f"A70{number}")

    assertNotContains(member_client.get(f"{LIST}?{query}"), "xact match")


def test_a_customer_with_two_exact_values_is_listed_once(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    both = make_customer(email="x@example.org", external_identifier="x@example.org")
    other = make_customer(external_identifier="x@example.org")

    with scope(organizer=organizer):
        assert find_exact_matches(organizer, "x@example.org") == [both, other]


def test_at_most_five_exact_matches_are_listed(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = [make_customer(external_identifier="group") for _number in range(MAX_EXACT_MATCHES + 1)]

    with scope(organizer=organizer):
        assert find_exact_matches(organizer, "group") == made[:-1]


def test_customers_of_another_organizer_are_never_found(
    organizer: Organizer, rival: Organizer, ann: Customer, stranger_client: Client
) -> None:
    with scope(organizer=rival):
        assert find_exact_matches(rival, "A7") == []
    with scope(organizer=rival), pytest.raises(ScopeError):
        find_exact_matches(organizer, "A7")
    with pytest.raises(ScopeError):
        find_exact_matches(organizer, "A7")
    assert stranger_client.get(LIST, {"search": "A7"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_exact_matches_take_one_query(
    member_client: Client, ann: Customer, django_assert_num_queries: Any
) -> None:
    member_client.get(LIST, {"search": "A7"})

    with django_assert_num_queries(7):
        member_client.get(LIST, {"search": "A7"})


def test_the_email_as_it_was_typed_comes_before_the_other_spelling_of_its_domain(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    encoded = make_customer(email="info@xn--strae-oqa.example")
    typed = make_customer(email="info@straße.example")

    with scope(organizer=organizer):
        assert find_exact_matches(organizer, "info@straße.example") == [typed, encoded]
        assert find_exact_matches(organizer, "info@xn--strae-oqa.example") == [encoded, typed]
