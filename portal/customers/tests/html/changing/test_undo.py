"""After a change, a message confirms the change and has a button that undoes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/organizers/bigevents/customers/"
ANN = f"{LIST}ANN2345/"
FIELD = f"{ANN}edit/email/"


@pytest.fixture(autouse=True)
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345", email="ann@example.org")


def save(client: Client, email: str = "new@example.org", since: int = 1) -> Any:
    sent = {"since": since, "initial-email": "ann@example.org", "email": email}
    return client.post(FIELD, sent)


def undo_url(page: str) -> str:
    [url] = re.findall(rf'action="({ANN}undo/\d+/)"', page)
    return str(url)


def stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return services.get_customer(organizer, "ANN2345")


def test_a_field_is_a_page_and_a_fragment(member_client: Client) -> None:
    page = member_client.get(FIELD)
    headers = {"HX-Request": "true", "HX-Target": "dd#field-email"}
    fragment = member_client.get(FIELD, headers=headers)

    assertContains(page, "<h1>Edit <bdi>Customer 1</bdi></h1>")
    assertContains(fragment, 'value="ann@example.org"')
    assertContains(fragment, "autofocus")
    assertNotContains(fragment, "<html")


def test_a_saved_field_is_confirmed_and_undone(organizer: Organizer, member_client: Client) -> None:
    response = save(member_client)
    assertRedirects(response, f"{ANN}?saved=2")
    page = member_client.get(response["Location"])
    assertContains(page, "Saved: email changed.")

    response = member_client.post(undo_url(page.text))

    assertRedirects(response, f"{ANN}?saved=3")
    assertContains(member_client.get(response["Location"]), "Undone: email as before.")
    assert stored(organizer).email == "ann@example.org"


def test_the_message_is_shown_only_for_the_last_change_of_the_member(
    organizer: Organizer, member_client: Client
) -> None:
    save(member_client)
    assertNotContains(member_client.get(f"{ANN}?saved=1"), "Saved:")

    with scope(organizer=organizer):
        actor = Actor.from_command("import")
        services.change_customer(organizer, "ANN2345", {"locale": "de"}, actor=actor)

    assertNotContains(member_client.get(f"{ANN}?saved=2"), "Saved:")
    assertNotContains(member_client.get(f"{ANN}?saved=3"), "Saved:")


def test_a_change_is_not_undone_after_another_change_of_the_field(
    organizer: Organizer, member_client: Client
) -> None:
    url = undo_url(member_client.get(save(member_client)["Location"]).text)
    with scope(organizer=organizer):
        values = {"email": "third@example.org"}
        services.change_customer(organizer, "ANN2345", values, actor=Actor.from_command("x"))

    response = member_client.post(url)

    assertContains(response, "Changed again since: email.", status_code=409)
    assertContains(response, "<del><bdi>new@example.org</bdi></del>", status_code=409)
    assertContains(response, "<ins><bdi>third@example.org</bdi></ins>", status_code=409)
    assert stored(organizer).email == "third@example.org"


def test_a_conflict_of_notes_is_shown_to_members_who_may_read_notes(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    with scope(organizer=organizer):
        created = services.create_customer(organizer, {}, actor=Actor.from_command("x"))
        values = {"notes": "secret"}
        services.change_customer(
            organizer, created.identifier, values, actor=Actor.from_command("x")
        )
        event = Event.objects.order_by("pk")[0].pk
        permissions = [*Permission]
        permissions.remove(Permission.READ_NOTES)
        Team.objects.filter(members=member).update(permissions=permissions)

    response = member_client.post(f"{LIST}{created.identifier}/undo/{event}/")

    assertContains(response, "Hidden: you do not have permission to read notes.", status_code=409)
    assertNotContains(response, "secret", status_code=409)


def test_undoing_a_change_of_notes_takes_the_permission_to_read_them(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    with scope(organizer=organizer):
        values = {"notes": "called", "locale": "fr"}
        services.change_customer(organizer, "ANN2345", values, actor=Actor.from_command("x"))
        event = Event.objects.get().pk
        permissions = [Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS]
        Team.objects.filter(members=member).update(permissions=permissions)

    assertNotContains(member_client.get(ANN), "/undo/")
    assert member_client.get(f"{ANN}undo/{event}/").status_code == 403
    assert member_client.post(f"{ANN}undo/{event}/").status_code == 403
    assert stored(organizer).notes == "called"
    with scope(organizer=organizer):
        permissions.append(Permission.READ_NOTES)
        Team.objects.filter(members=member).update(permissions=permissions)
    assertContains(member_client.get(ANN), f"{ANN}undo/{event}/")
    assert member_client.post(f"{ANN}undo/{event}/").status_code == 302
    assert stored(organizer).notes is None


def test_undoing_an_older_change_shows_the_change_and_asks_for_a_confirmation(
    member_client: Client,
) -> None:
    url = undo_url(member_client.get(save(member_client)["Location"]).text)

    page = member_client.get(url)

    assertContains(page, "Undo this change?")
    assertContains(page, "<del><bdi>ann@example.org</bdi></del>", html=True)
    assertContains(page, "<ins><bdi>new@example.org</bdi></ins>", html=True)
    assertNotContains(page, "Saved:")


def test_without_the_journal_no_creation_is_undone(
    organizer: Organizer, member_client: Client, settings: Settings, tmp_path: Path
) -> None:
    with scope(organizer=organizer):
        values = {"email": "bob@example.org"}
        bob = services.create_customer(organizer, values, actor=Actor.from_command("clara"))
        event = Event.objects.get()
    (tmp_path / "file").touch()
    settings.ERASURE_JOURNAL = tmp_path / "file" / "erasures"

    response = member_client.post(f"{LIST}{bob.identifier}/undo/{event.pk}/")

    assertContains(response, "Try again later.", status_code=503)
    with scope(organizer=organizer):
        assert services.get_customer(organizer, bob.identifier).email == "bob@example.org"


def test_an_error_stays_at_the_field(member_client: Client) -> None:
    response = save(member_client, email="nope")

    assertContains(response, "Enter a valid email address.", status_code=422)
    assertContains(response, 'value="nope"', status_code=422)


def test_a_field_that_changed_meanwhile_shows_both_values(
    organizer: Organizer, member_client: Client
) -> None:
    with scope(organizer=organizer):
        values = {"email": "theirs@example.org"}
        services.change_customer(organizer, "ANN2345", values, actor=Actor.from_command("clara"))

    response = save(member_client)

    assertContains(response, "<bdi>theirs@example.org</bdi>", status_code=409)
    assert stored(organizer).email == "theirs@example.org"


@pytest.mark.parametrize(
    ("button", "field"), [("Deactivate", "is_active"), ("Mark as verified", "is_verified")]
)
def test_states_are_changed_by_a_button(
    organizer: Organizer, member_client: Client, button: str, field: str
) -> None:
    page = member_client.get(ANN).text
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in each)
    sent = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))
    before = getattr(stored(organizer), field)

    member_client.post(f"{ANN}edit/{field}/", sent)

    assert getattr(stored(organizer), field) is not before


@pytest.mark.parametrize("field", ["identifier", "state", "version"])
def test_other_fields_are_not_found(member_client: Client, field: str) -> None:
    assert member_client.get(f"{ANN}edit/{field}/").status_code == 404


@pytest.fixture
def reader(organizer: Organizer, member: User, member_client: Client) -> Client:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])
    return member_client


def test_without_the_permission_nothing_is_changed_or_shown(
    organizer: Organizer, reader: Client
) -> None:
    with scope(organizer=organizer):
        values = {"email": "new@example.org"}
        services.change_customer(organizer, "ANN2345", values, actor=Actor.from_command("x"))
        event = Event.objects.get().pk

    assert save(reader).status_code == 403
    assert reader.post(f"{ANN}undo/{event}/").status_code == 403
    page = reader.get(ANN).text
    for control in ("/edit/", "/erase/", "Deactivate", "Mark as"):
        assert control not in page
    assert stored(organizer).email == "new@example.org"


def test_a_stranger_gets_404_and_so_does_a_member_of_another_organizer(
    organizer: Organizer, stranger_client: Client, member_client: Client, rival: Organizer
) -> None:
    save(member_client)
    with scope(organizer=organizer):
        event = Event.objects.get().pk

    assert stranger_client.post(f"{ANN}undo/{event}/").status_code == 404
    assert save(stranger_client).status_code == 404
    assert member_client.post(f"{ANN}undo/{event + 1}/").status_code == 404
    assert stored(organizer).email == "new@example.org"


def test_undoing_a_creation_requires_the_permission_to_erase(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    location = member_client.post("/organizers/bigevents/new-customer/", {"locale": "en"})[
        "Location"
    ]
    path = location.partition("?")[0]
    with scope(organizer=organizer):
        event = Event.objects.get().pk
        permissions = [Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS]
        Team.objects.filter(members=member).update(permissions=permissions)

    assert member_client.post(f"{path}undo/{event}/").status_code == 403
    assertNotContains(member_client.get(location), "/undo/")


def test_the_message_after_a_creation_leads_to_its_undoing(
    organizer: Organizer, member_client: Client
) -> None:
    created = member_client.post("/organizers/bigevents/new-customer/", {"locale": "en"})
    page = member_client.get(created["Location"]).text

    [url, _in_the_history] = re.findall(r'href="([^"]*/undo/\d+/[^"]*)"', page)

    assertContains(member_client.get(url), "Undoing a creation erases the customer.")
    with scope(organizer=organizer):
        assert Customer.objects.filter(erased=None).count() == 2
