"""Notes on a customer: who reads them, who adds them, and what is wrong with a text."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.changing.notes import MAX_LENGTH
from portal.customers.models import Customer, Note
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

ACTOR = Actor.command("test")


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


@pytest.fixture
def path(customer: Customer) -> str:
    return f"/organizers/bigevents/customers/{customer.identifier}/"


def _notes(organizer: Organizer) -> list[tuple[str, str]]:
    with scope(organizer=organizer):
        return [*Note.objects.order_by("pk").values_list("author_name", "text")]


def _limit(organizer: Organizer, member: User, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=permissions)


def test_a_note_has_its_author_and_an_event(
    member_client: Client, organizer: Organizer, customer: Customer, path: str
) -> None:
    response = member_client.post(f"{path}notes/?back=search%3Da", {"text": " called\r\ntwice "})

    assertRedirects(response, f"{path}?back=search%3Da#notes")
    assert _notes(organizer) == [("member@example.org", "called\ntwice")]
    with scope(organizer=organizer):
        event = Event.objects.get()
    assert (event.kind, event.changes, event.customer) == ("noted", {}, customer)
    page = member_client.get(path)
    assertContains(page, "called\ntwice")
    assertContains(page, "</bdi> added a note")


def test_a_note_does_not_change_the_customer(
    member_client: Client, organizer: Organizer, customer: Customer, path: str
) -> None:
    member_client.post(f"{path}notes/", {"text": "called"})

    with scope(organizer=organizer):
        stored = services.get_customer(organizer, customer.identifier)
    assert (stored.version, stored.last_modified) == (customer.version, customer.last_modified)


def test_the_newest_note_is_the_first(
    member_client: Client, organizer: Organizer, customer: Customer, path: str
) -> None:
    with scope(organizer=organizer):
        for text in ("first", "second"):
            services.add_note(organizer, customer.identifier, f"{text} note", actor=ACTOR)

    text = member_client.get(path).text

    assert text.index("second note") < text.index("first note")


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_LENGTH + 1), "a\x00b"])
def test_an_invalid_text_is_explained_at_its_field(
    member_client: Client, organizer: Organizer, path: str, text: str
) -> None:
    response = member_client.post(f"{path}notes/", {"text": text})

    assertContains(response, 'id="id_text_error"', status_code=422)
    assert "autofocus" in response.text
    assert _notes(organizer) == []


def test_members_who_may_not_read_notes_see_none_and_add_none(
    member_client: Client, organizer: Organizer, member: User, customer: Customer, path: str
) -> None:
    with scope(organizer=organizer):
        services.add_note(organizer, customer.identifier, "secret", actor=ACTOR)
    _limit(organizer, member, Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)

    page = member_client.get(path)

    assertNotContains(page, "secret")
    assertNotContains(page, "Add note")
    assert member_client.post(f"{path}notes/", {"text": "x"}).status_code == 403


def test_members_who_may_not_change_customers_read_notes_only(
    member_client: Client, organizer: Organizer, member: User, customer: Customer, path: str
) -> None:
    with scope(organizer=organizer):
        services.add_note(organizer, customer.identifier, "shown", actor=ACTOR)
    _limit(organizer, member, Permission.READ_CUSTOMERS, Permission.READ_NOTES)

    page = member_client.get(path)

    assertContains(page, "shown")
    assertNotContains(page, "Add note")
    assert member_client.post(f"{path}notes/", {"text": "x"}).status_code == 403


def test_a_stranger_adds_no_note(stranger_client: Client, organizer: Organizer, path: str) -> None:
    assert stranger_client.post(f"{path}notes/", {"text": "x"}).status_code == 404
    assert _notes(organizer) == []


def test_a_customer_that_does_not_exist_has_no_notes(member_client: Client, path: str) -> None:
    missing = path.replace("C000001", "NOBODY")

    assert member_client.post(f"{missing}notes/", {"text": "x"}).status_code == 404


def test_erasing_a_customer_deletes_its_notes(
    member_client: Client, organizer: Organizer, customer: Customer, path: str
) -> None:
    with scope(organizer=organizer):
        services.add_note(organizer, customer.identifier, "secret", actor=ACTOR)
        services.erase_customer(organizer, customer.identifier, actor=ACTOR)

    assert _notes(organizer) == []
    assertNotContains(member_client.get(path), "Add note")
    response = member_client.post(f"{path}notes/", {"text": "again"})
    assertContains(response, "This customer was erased.", status_code=422)
    assert _notes(organizer) == []
