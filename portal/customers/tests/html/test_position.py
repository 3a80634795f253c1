"""The links of a customer's page to the list from which it was opened: back, previous, next."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.conftest import CustomerMaker
from portal.customers.html.paging import ListPosition, decrypt_position
from portal.customers.models import Customer
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
RIVALS_LIST = "/organizers/rival/customers/"


class Shown(NamedTuple):
    """The position and the links that the page of a customer shows."""

    number: str
    previous: str
    next: str
    back: str


@pytest.fixture
def customers(make_customer: CustomerMaker) -> list[Customer]:
    """Thirty customers in the order of their emails."""
    return [make_customer(email=f"{number:02}@example.org") for number in range(30)]


def link_of(client: Client, url: str, identifier: str) -> str:
    """The URL of a customer in the row of a list."""
    page = client.get(url).content.decode()
    return unescape(re.findall(rf'id="customer-{identifier}"[^>]* href="([^"]+)"', page)[0])


def shown(client: Client, url: str) -> Shown:
    page = client.get(url).content.decode()
    number = re.findall(r'<p class="position-number">(.*?)</p>', page)
    links = {
        name: unescape(href)
        for name, href in re.findall(r'id="(previous|next|back)"[^>]*? href="([^"]+)"', page)
    }
    names = ("previous", "next", "back")
    return Shown(number[0] if number else "", *(links.get(name, "") for name in names))


def test_neighbours_are_those_of_the_list(member_client: Client, customers: list[Customer]) -> None:
    page = shown(member_client, link_of(member_client, LIST, customers[1].identifier))

    assert page.number == "2 of 30"
    assert page.previous.startswith(f"{LIST}{customers[0].identifier}/?")
    assert page.next.startswith(f"{LIST}{customers[2].identifier}/?")


def test_steps_cross_the_pages_of_the_list(
    member_client: Client, customers: list[Customer]
) -> None:
    here = link_of(member_client, f"{LIST}?page_size=25", customers[24].identifier)

    onwards = shown(member_client, shown(member_client, here).next)

    assert onwards.number == "26 of 30"
    assert onwards.back == f"{LIST}?page_size=25&page=2#customer-{customers[25].identifier}"


@pytest.mark.parametrize(("index", "end"), [(0, "previous"), (29, "next")])
def test_a_customer_at_an_end_of_the_list_has_one_neighbour(
    member_client: Client, customers: list[Customer], index: int, end: str
) -> None:
    page = shown(member_client, link_of(member_client, LIST, customers[index].identifier))

    assert (page.previous, page.next).count("") == 1
    assert getattr(page, end) == ""


@pytest.mark.parametrize("query", ["search=example", "search=3", "is_active=true&ordering=-name"])
def test_neighbours_match_the_query(
    member_client: Client, make_customer: CustomerMaker, query: str
) -> None:
    first, last = (make_customer(email=f"a{number}3@example.org") for number in range(2))
    make_customer(email="a00@other.test", identifier="OTHER", is_active=False, name_parts={})
    ends = (last, first) if "-name" in query else (first, last)

    page = shown(member_client, link_of(member_client, f"{LIST}?{query}", ends[0].identifier))

    assert page.number == "1 of 2"
    assert page.next.startswith(f"{LIST}{ends[1].identifier}/?")


def test_a_customer_that_has_moved_has_the_neighbours_of_its_former_position(
    organizer: Organizer, member_client: Client, customers: list[Customer]
) -> None:
    here = link_of(member_client, f"{LIST}?ordering=-last_modified", customers[5].identifier)
    with scope(organizer=organizer):
        customers[5].last_modified = "2030-01-01T00:00:00Z"
        customers[5].save()

    assert shown(member_client, here).next.startswith(f"{LIST}{customers[4].identifier}/?")


def test_the_page_of_a_customer_that_no_longer_matches_has_a_message_and_neighbours(
    organizer: Organizer, member_client: Client, customers: list[Customer]
) -> None:
    here = link_of(member_client, f"{LIST}?is_verified=false", customers[5].identifier)
    assertNotContains(member_client.get(here), "No longer in this list")
    with scope(organizer=organizer):
        customers[5].is_verified = True
        customers[5].save()

    assertContains(member_client.get(here), "No longer in this list")
    assert shown(member_client, here).next.startswith(f"{LIST}{customers[6].identifier}/?")


def test_an_impossible_row_number_is_left_out() -> None:
    assert ListPosition(["a", 1], 1, 3).step(["b", 2], -1).number is None
    assert ListPosition(["a", 1], 3, 3).step(["b", 2], 1).number is None
    assert ListPosition(["a", 1], 3, None).step(["b", 2], 1).number == 4


def test_a_customer_without_a_list_has_no_neighbours(
    member_client: Client, customers: list[Customer]
) -> None:
    page = shown(member_client, f"{LIST}{customers[5].identifier}/")

    assert page == Shown("", "", "", LIST)


@pytest.mark.parametrize("change", ["at=x", "back=is_active%3Dtrue", "back=ordering%3Dnope"])
def test_a_position_is_valid_for_its_list_only(
    member_client: Client, customers: list[Customer], change: str
) -> None:
    here = link_of(member_client, LIST, customers[5].identifier)

    assert shown(member_client, f"{here}&{change}").next == ""


def test_a_position_is_valid_for_its_organizer_only(
    member_client: Client,
    stranger_client: Client,
    rival: Organizer,
    customers: list[Customer],
    make_customer: CustomerMaker,
) -> None:
    theirs = make_customer(of=rival, email="29x@example.org")
    here = link_of(member_client, LIST, customers[5].identifier)
    position = here.partition("?")[2]

    assert shown(stranger_client, f"{RIVALS_LIST}{theirs.identifier}/?{position}").previous == ""
    assert stranger_client.get(here).status_code == 404


def test_a_position_shows_no_values(member_client: Client, customers: list[Customer]) -> None:
    text = ListPosition(["doe@example.org", 7], 7, 30).encrypt("1?")

    assert "doe" not in text
    assert decrypt_position(text, "1?") == ListPosition(["doe@example.org", 7], 7, 30)
    assert decrypt_position(text, "2?") is None


@pytest.mark.django_db(transaction=True)  # as in production, where facets need no savepoint
@pytest.mark.parametrize(
    ("query", "queries"), [("", 9), ("search=example", 10), ("date_joined_since=2020-01-01", 10)]
)
def test_the_neighbours_take_few_queries(
    member_client: Client,
    customers: list[Customer],
    django_assert_num_queries: DjangoAssertNumQueries,
    query: str,
    queries: int,
) -> None:
    here = link_of(member_client, f"{LIST}?{query}", customers[5].identifier)

    with django_assert_num_queries(queries):
        member_client.get(here)


@pytest.mark.parametrize(
    ("within", "target"),
    [
        ("locale=de&page=3&search=old", "locale=de&search=jo"),
        ("view=never-signed-in&as_of=2026-01-01", "view=never-signed-in&search=jo"),
        ("//evil.example?x", "%2F%2Fevil.example%3Fx=&search=jo"),
    ],
)
def test_a_search_within_a_list_keeps_its_filters(
    member_client: Client, within: str, target: str
) -> None:
    response = member_client.get(LIST, {"search": "jo", "within": within})

    assertRedirects(response, f"{LIST}?{target}", fetch_redirect_response=False)


def test_a_stranger_cannot_search_within_a_list(
    organizer: Organizer, stranger_client: Client
) -> None:
    response = stranger_client.get(LIST, {"search": "jo", "within": "locale=de"})

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("back", "is_offered"),
    [
        ("", False),
        ("search=jo&ordering=name", False),
        ("locale=de", True),
        ("search=jo&state=active", True),
    ],
)
def test_a_search_within_the_list_is_offered_if_it_has_filters(
    member_client: Client, make_customer: CustomerMaker, back: str, *, is_offered: bool
) -> None:
    make_customer(identifier="C1")

    response = member_client.get(f"{LIST}C1/", {"back": back})

    assert ('name="within"' in response.content.decode()) == is_offered
