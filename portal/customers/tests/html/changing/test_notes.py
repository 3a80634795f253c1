"""Notes on a customer: permissions to read and to add notes, and invalid texts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.changing.notes import MAX_LENGTH, PAGE_SIZE
from portal.customers.models import Customer, Note
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

ACTOR = Actor.from_command("test")


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


@pytest.fixture
def path(customer: Customer) -> str:
    return f"/organizers/bigevents/customers/{customer.identifier}/"


def _notes(organizer: Organizer) -> list[tuple[str, str]]:
    with scope(organizer=organizer):
        return [*Note.objects.order_by("pk").values_list("author_name", "text")]


def _set_permissions(organizer: Organizer, member: User, *permissions: Permission) -> None:
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


def test_a_note_after_a_change_leaves_no_empty_message(
    member_client: Client, customer: Customer, path: str
) -> None:
    saved = member_client.post(f"{path}edit/phone/", {"phone": "+4915112345678"})
    assertContains(member_client.get(saved["Location"]), 'id="saved"')

    noted = member_client.post(f"{path}notes/?saved=2", {"text": "called"})

    assertNotContains(member_client.get(noted["Location"]), 'id="saved"')


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
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)

    page = member_client.get(path)

    assertNotContains(page, "secret")
    assertNotContains(page, "Add note")
    assert member_client.post(f"{path}notes/", {"text": "x"}).status_code == 403


def test_members_who_may_not_change_customers_read_notes_only(
    member_client: Client, organizer: Organizer, member: User, customer: Customer, path: str
) -> None:
    with scope(organizer=organizer):
        services.add_note(organizer, customer.identifier, "shown", actor=ACTOR)
    _set_permissions(organizer, member, Permission.READ_CUSTOMERS, Permission.READ_NOTES)

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


def _texts(page: str) -> list[str]:
    return re.findall(r'<p class="note-text">([^<]*)</p>', page)


def _link(page: str, label: str) -> str:
    links = re.findall(rf'<a class="button" href="([^"]*)">{label}</a>', page)
    return unescape(links[0]).partition("#")[0] if links else ""


def test_older_notes_are_on_further_pages_each_note_once(
    member_client: Client, organizer: Organizer, customer: Customer, path: str
) -> None:
    now = timezone.now()
    with scope(organizer=organizer):
        for number in range(2 * PAGE_SIZE + 1):
            # Some notes have the same time.
            created = now - timedelta(seconds=number // 3)
            Note.objects.create(
                organizer=organizer, customer=customer, text=f"{number}", created=created
            )
        ordered = [*Note.objects.order_by("-created", "-pk").values_list("text", flat=True)]

    first = member_client.get(f"{path}?back=search%3Da").text
    second = member_client.get(f"{path}{_link(first, 'Older notes')}").text
    third = member_client.get(f"{path}{_link(second, 'Older notes')}").text

    assert _texts(first) + _texts(second) + _texts(third) == ordered
    assert len(_texts(first)) == PAGE_SIZE
    assert _link(first, "Newest notes") == _link(third, "Older notes") == ""
    assert _link(third, "Newest notes") == "?back=search%3Da"


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "²", "\0"])
def test_a_page_of_notes_after_an_unknown_note_is_not_found(
    member_client: Client, path: str, before: str
) -> None:
    assert member_client.get(path, {"notes_before": before}).status_code == 404


def test_a_note_of_another_customer_begins_no_page(
    member_client: Client, organizer: Organizer, make_customer: CustomerMaker, path: str
) -> None:
    with scope(organizer=organizer):
        note = services.add_note(organizer, make_customer().identifier, "called", actor=ACTOR)

    assert member_client.get(f"{path}?notes_before={note.pk}").status_code == 404


def test_a_new_note_is_on_the_page_that_follows(member_client: Client, path: str) -> None:
    response = member_client.post(f"{path}notes/?back=a&notes_before=7", {"text": "called"})

    assertRedirects(response, f"{path}?back=a#notes")
