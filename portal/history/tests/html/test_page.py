"""The history page of an organizer."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.history.actors import Actor, ActorKind
from portal.history.html.page import PAGE_SIZE
from portal.history.models import EventKind
from portal.history.tests.conftest import EventMaker
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

PATH = "/organizers/bigevents/history/"
ALL = "?kind=&actor_kind=&actor=&customer=&since=&until="


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


def _ids(client: Client, query: str = "") -> list[int]:
    text = client.get(f"{PATH}{query}").text
    return [int(number) for number in re.findall(r'<li id="event-(\d+)"', text)]


def _link_query(client: Client, query: str, label: str) -> str:
    """The query string of the link with this label; "" if the page has no link with the label."""
    text = client.get(f"{PATH}{query}").text
    link = re.search(rf'<a class="button" href="([^"]*)">{label}</a>', text)
    return unescape(link[1]) if link else ""


def test_each_change_links_to_its_customer(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    make_event(customer, changes={"email": ("old@example.org", "new@example.org")})

    page = member_client.get(PATH)

    path = f"/organizers/bigevents/customers/{customer.identifier}/#history"
    assertContains(page, f'<a href="{path}"><bdi>Customer 1</bdi></a>', html=True)
    assertContains(page, "<ins><bdi>new@example.org</bdi></ins>", html=True)
    assertContains(page, f'<a href="{PATH}" aria-current="page">History</a>', html=True)


def test_pages_have_every_change_once_with_the_newest_first(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    made = [make_event(customer).pk for _ in range(PAGE_SIZE + 3)][::-1]

    older = _link_query(member_client, "?kind=changed", "Older")

    assert _ids(member_client, "?kind=changed") == made[:PAGE_SIZE]
    assert _ids(member_client, older) == made[PAGE_SIZE:]
    assert _link_query(member_client, older, "Older") == ""
    assert _link_query(member_client, older, "Newest") == "?kind=changed"


def test_the_page_shows_the_changes_that_match_all_filters(
    member_client: Client, make_customer: CustomerMaker, make_event: EventMaker
) -> None:
    ada, bob = make_customer(), make_customer()
    first = make_event(ada, EventKind.CREATED).pk
    second = make_event(ada).pk
    third = make_event(bob, actor=Actor(ActorKind.TOKEN, 1, "sync")).pk

    assert _ids(member_client, ALL) == [third, second, first]
    assert _ids(member_client, "?kind=created") == [first]
    assert _ids(member_client, "?actor_kind=token") == [third]
    assert _ids(member_client, "?actor=sync") == [third]
    assert _ids(member_client, f"?customer={ada.identifier}") == [second, first]
    assert _ids(member_client, f"?customer={ada.identifier}&kind=changed") == [second]


def test_days_are_in_the_time_zone_of_the_organizer_and_include_the_last_day(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    event = make_event(customer)

    assert _ids(member_client, "?since=-2d&until=today") == [event.pk]
    assert _ids(member_client, "?until=-3d") == []
    assert _ids(member_client, f"?since={event.time.isoformat()}") == [event.pk]
    assert _ids(member_client, "?since=today&until=-3d") == []


def test_a_page_without_changes_has_a_message(member_client: Client) -> None:
    assertContains(member_client.get(PATH), "No changes yet.")
    assertContains(member_client.get(f"{PATH}?kind=erased"), "No changes match these filters.")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=x", "Unknown kind of change: “x”."),
        ("actor_kind=x", "Unknown kind of actor: “x”."),
        ("customer=NONE", "There is no customer with this identifier."),
        ("customer=%00", "Null characters are not allowed."),
        ("actor=%00", "Null characters are not allowed."),
        (f"actor={'x' * 255}", "at most 254 characters"),
        ("since=2026-13-01", "Enter a date like 2026-01-31"),
        ("until=1066-01-01", "Enter a date between"),
        ("before=x", "Enter a whole number."),
        (f"before={2**63}", "less than or equal to"),
        ("before=999999", "There is no such change."),
    ],
)
def test_an_invalid_parameter_is_explained(
    member_client: Client, customer: Customer, make_event: EventMaker, query: str, words: str
) -> None:
    make_event(customer)

    page = member_client.get(f"{PATH}?{query}")

    assertContains(page, words, status_code=422)
    assert "<li id" not in page.text


@pytest.mark.parametrize("events", [0, 1, 15])
def test_the_page_takes_one_query_for_all_changes(
    member_client: Client,
    make_customer: CustomerMaker,
    make_event: EventMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
    events: int,
) -> None:
    for _ in range(events):
        make_event(make_customer(), changes={"locale": ("de", "fr")})

    with django_assert_num_queries(4):  # session, member, organizers, events with customers
        member_client.get(PATH)


def test_the_changes_of_one_customer_take_one_query_more(
    member_client: Client,
    customer: Customer,
    make_event: EventMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_event(customer)

    with django_assert_num_queries(5):
        member_client.get(f"{PATH}?customer={customer.identifier}")


def test_values_of_notes_need_the_permission_to_read_notes(
    member_client: Client,
    organizer: Organizer,
    member: User,
    customer: Customer,
    make_event: EventMaker,
) -> None:
    make_event(customer, changes={"notes": ("old secret", "new secret")})
    assertContains(member_client.get(PATH), "new secret")

    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])

    assertNotContains(member_client.get(PATH), "secret")


@pytest.mark.usefixtures("without_permissions")
def test_a_member_who_may_not_read_customers_is_rejected(member_client: Client) -> None:
    assert member_client.get(PATH).status_code == 403


def test_a_stranger_finds_no_history_and_no_customer(
    stranger_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    make_event(customer)
    own = "/organizers/rival/history/"

    assert stranger_client.get(PATH).status_code == 404
    assertNotContains(stranger_client.get(own), "<li id")
    foreign = stranger_client.get(f"{own}?customer={customer.identifier}")
    assertContains(foreign, "There is no customer", status_code=422)


def test_other_methods_are_rejected(member_client: Client) -> None:
    assert member_client.post(PATH).status_code == 405


def test_the_identifier_of_a_customer_without_a_name_is_shown_once(
    member_client: Client, make_customer: CustomerMaker, make_event: EventMaker
) -> None:
    nobody = make_customer(name_parts={}, email=None)
    make_event(nobody, EventKind.NOTED)

    page = member_client.get(PATH).text

    assert page.count(f">{nobody.identifier}<") == 1
