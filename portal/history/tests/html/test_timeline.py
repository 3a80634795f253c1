"""The history on the page of a customer."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer
from portal.history.actors import Actor
from portal.history.html.timeline import PAGE_SIZE
from portal.history.models import EventKind
from portal.history.tests.conftest import EventMaker
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

HTMX_HEADERS = {"HX-Request": "true", "HX-Target": "section#history"}
EMPTY_QUERY = "before=&kind="
CHANGES = {"email": ("old@example.org", "new@example.org")}


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


@pytest.fixture
def path(customer: Customer) -> str:
    return f"/organizers/bigevents/customers/{customer.identifier}/"


def _ids(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="event-(\d+)"', text)]


def test_the_page_says_who_changed_what_and_when(
    member_client: Client, member: User, customer: Customer, path: str, make_event: EventMaker
) -> None:
    make_event(customer, changes=CHANGES, actor=Actor.from_member(member, request_id="x"))

    page = member_client.get(path)

    sentence = '<bdi class="actor">member@example.org</bdi> changed email:'
    assertContains(page, sentence)
    assertContains(page, "<del><bdi>old@example.org</bdi></del>", html=True)
    assertContains(page, "<ins><bdi>new@example.org</bdi></ins>", html=True)
    assertContains(page, 'href="#history">by <bdi>member@example.org</bdi></a>')
    assert re.search(r"<time [^>]*>\d+ \w+ 20\d\d, \d\d:\d\d CES?T .*</time> · Member", page.text)


def test_a_customer_without_events_has_an_empty_history(member_client: Client, path: str) -> None:
    assertContains(member_client.get(path), "No changes yet.")
    assertContains(member_client.get(f"{path}?kind=erased"), "No changes of this kind.")
    assertContains(member_client.get(f"{path}?{EMPTY_QUERY}"), "No changes yet.")


def test_events_of_other_customers_are_not_shown(
    member_client: Client, path: str, make_customer: CustomerMaker, make_event: EventMaker
) -> None:
    make_event(make_customer(), changes={"email": (None, "other@example.org")})

    assertNotContains(member_client.get(path), "other@example.org")


def test_links_lead_to_older_changes_and_back_to_the_newest(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker
) -> None:
    made = [make_event(customer).pk for _ in range(PAGE_SIZE + 3)][::-1]

    first = member_client.get(f"{path}?back=search%3Da")
    [older] = re.findall(r'id="history-older" class="button" href="(\?[^"]*)#history"', first.text)
    second = member_client.get(path + older.replace("&amp;", "&"))

    assert 'id="history-newest"' not in first.text
    assert _ids(first.text) == made[:PAGE_SIZE]
    assert _ids(second.text) == made[PAGE_SIZE:]
    assert "back=search%3Da" in older
    [newest] = re.findall(
        r'id="history-newest" class="button" href="(\?[^"]*)#history"', second.text
    )
    assert _ids(member_client.get(path + newest).text) == made[:PAGE_SIZE]


def test_links_show_changes_of_one_kind(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker
) -> None:
    created, changed = make_event(customer, EventKind.CREATED), make_event(customer)

    page = member_client.get(path)
    hrefs = dict(re.findall(r'<a id="history-(\w+)" href="(\?[^"]*)#history"', page.text))

    assert _ids(page.text) == [changed.pk, created.pk]
    assert _ids(member_client.get(path + hrefs["created"]).text) == [created.pk]
    assert _ids(member_client.get(path + hrefs["all"]).text) == [changed.pk, created.pk]


@pytest.mark.parametrize(
    "query",
    [
        *("kind=CREATED", "kind=x&kind=created&kind=y", "before=x", "before=0", "before=-1"),
        *("before=1.5", f"before={2**63}", "before=999999", "before=%00"),
    ],
)
def test_an_invalid_parameter_shows_no_changes_and_an_explanation(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker, query: str
) -> None:
    make_event(customer)

    page = member_client.get(f"{path}?{query}")

    assertContains(
        page, '<p class="notice critical" role="alert" tabindex="-1" autofocus>', status_code=422
    )
    assert _ids(page.text) == []


def test_htmx_gets_the_fragment_of_the_history(
    member_client: Client,
    customer: Customer,
    path: str,
    make_event: EventMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_event(customer)

    with django_assert_num_queries(5):  # session, member, organizers, customer, events
        fragment = member_client.get(path, headers=HTMX_HEADERS)

    assert fragment.text.strip().startswith('<section id="history"')
    assert "<html" not in fragment.text
    assert len(_ids(fragment.text)) == 3


@pytest.mark.parametrize("events", [0, 1, 15])
def test_the_page_takes_one_query_for_all_changes(
    member_client: Client,
    customer: Customer,
    path: str,
    make_event: EventMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
    events: int,
) -> None:
    for _ in range(events):
        make_event(customer, changes=CHANGES)

    with django_assert_num_queries(6):  # session, member, organizers, customer, notes, events
        member_client.get(path)


def _set_permissions(organizer: Organizer, member: User, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[*permissions])


def test_values_of_notes_need_the_permission_to_read_notes(
    member_client: Client,
    organizer: Organizer,
    member: User,
    customer: Customer,
    path: str,
    make_event: EventMaker,
) -> None:
    make_event(customer, changes={"notes": ("old secret", "new secret")})
    assertContains(member_client.get(path), "new secret")

    _set_permissions(organizer, member, Permission.READ_CUSTOMERS)
    page: Any = member_client.get(path)

    assertNotContains(page, "secret")
    assertContains(page, "Hidden: you do not have permission to read notes.")


def test_a_message_says_that_values_were_deleted(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker
) -> None:
    make_event(customer, changes=None)

    assertContains(member_client.get(path), "The values are no longer stored.")


def test_the_creation_of_a_customer_has_no_old_values(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker
) -> None:
    make_event(customer, EventKind.CREATED, {"locale": (None, "fr")})

    page = member_client.get(path)

    assertContains(page, "<dd><ins><bdi>French</bdi></ins></dd>", html=True)


def test_html_in_a_value_of_an_event_is_escaped(
    member_client: Client, customer: Customer, path: str, make_event: EventMaker
) -> None:
    make_event(customer, changes={"email": ("<b>1</b>", "<script>2</script>")})

    page = member_client.get(path)

    assertNotContains(page, "<script>2")
    assertNotContains(page, "<b>1")


def _undo(client: Client, path: str) -> str:
    """The URL of the form that undoes the newest change; "" if the page has no form."""
    form = re.search(r'<form method="post" action="([^"]*/undo/[^"]*)">', client.get(path).text)
    return html.unescape(form[1]) if form else ""


def _change(customer: Customer, member: User, **values: object) -> None:
    actor = Actor.from_member(member, request_id="x")
    with scope(organizer=customer.organizer):
        services.change_customer(customer.organizer, customer.identifier, values, actor=actor)


def test_a_change_is_undone_from_the_history(
    member_client: Client, member: User, customer: Customer, path: str
) -> None:
    _change(customer, member, email="new@example.org")

    undo = _undo(member_client, f"{path}?kind=changed&back=search%3Da")
    back = member_client.post(undo)

    assert undo.endswith("?kind=changed&back=search%3Da")
    assertRedirects(back, f"{path}?kind=changed&back=search%3Da&saved=3")
    with scope(organizer=customer.organizer):
        assert Customer.objects.get().email == customer.email


def test_a_change_whose_value_was_changed_again_cannot_be_undone(
    member_client: Client, member: User, customer: Customer, path: str
) -> None:
    _change(customer, member, locale="fr")
    first = _undo(member_client, path)
    _change(customer, member, locale="nl")

    page = member_client.get(path)

    assertNotContains(page, first)
    assert page.text.count('class="undo"') == 1


def test_undoing_a_creation_asks_for_a_confirmation(
    member_client: Client, organizer: Organizer, member: User
) -> None:
    actor = Actor.from_member(member, request_id="x")
    with scope(organizer=organizer):
        made = services.create_customer(organizer, {"email": "a@example.org"}, actor=actor)
    path = f"/organizers/bigevents/customers/{made.identifier}/"

    assertContains(member_client.get(path), '<a class="undo" href=')
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
    assertNotContains(member_client.get(path), 'class="undo"')


def test_only_members_who_may_change_customers_can_undo(
    member_client: Client, organizer: Organizer, member: User, customer: Customer, path: str
) -> None:
    _change(customer, member, locale="fr")
    assert _undo(member_client, path)

    _set_permissions(organizer, member, Permission.READ_CUSTOMERS)

    assertNotContains(member_client.get(path), 'class="undo"')
