"""The page of a customer shows conflicts with the source, and has buttons for the other values."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.customers import services
from portal.customers.importing.load import load_customers
from portal.customers.models import Customer
from portal.customers.tests.rows import make_row
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

ANN: Final = "/organizers/bigevents/customers/ANN/"
LATER: Final = "2022-01-01T00:00:00Z"
THEIRS: Final[dict[str, Any]] = {
    "email": "theirs@x.org",
    # a phone number that an edit would reject
    "phone": "030 1",
    "notes": "called <b>",
    "last_modified": LATER,
}


@pytest.fixture(autouse=True)
def ann(organizer: Organizer) -> Customer:
    """Ann, whose email, phone and notes were changed both in Portal and at the source."""
    load_customers(organizer, [make_row("ANN", "ann@x.org")])
    ours = {"email": "ours@x.org", "phone": "+493023125", "notes": "wrote"}
    with scope(organizer=organizer):
        services.change_customer(organizer, "ANN", ours, actor=Actor.from_command("test"))
    load_customers(organizer, [make_row("ANN", **THEIRS)])
    return stored(organizer)


def stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return Customer.objects.get(identifier="ANN")


def take(client: Client, field: str, version: int) -> Any:
    return client.post(f"{ANN}source/{field}/", {"version": version})


def allow(organizer: Organizer, member: User, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=permissions)


def test_the_page_shows_the_values_of_the_source(member_client: Client) -> None:
    page = member_client.get(ANN)

    assertContains(page, "Changed in Portal and at the source")
    assertContains(page, "Email: the value of the source is <bdi>theirs@x.org</bdi>, changed on")
    assertContains(page, "<bdi>called &lt;b&gt;</bdi>")
    assertContains(page, "1 Jan 2022")
    assert len(re.findall(f'action="{ANN}source/\\w+/"', page.text)) == 3


def test_a_page_without_a_conflict_has_no_message(
    organizer: Organizer, member_client: Client
) -> None:
    load_customers(organizer, [make_row("ANN", **THEIRS)], overwrite=True)

    assertNotContains(member_client.get(ANN), "at the source")


@pytest.mark.parametrize("field", ["email", "phone", "notes"])
def test_the_value_of_the_source_is_recorded_as_an_edit(
    organizer: Organizer, member_client: Client, ann: Customer, field: str
) -> None:
    response = take(member_client, field, ann.version)

    assertRedirects(response, f"{ANN}?saved={ann.version + 1}")
    assertContains(member_client.get(response["Location"]), "Saved:")
    taken = stored(organizer)
    assert getattr(taken, field) == THEIRS[field]
    assert field not in (taken.source_values or {})
    with scope(organizer=organizer):
        assert [*(Event.objects.latest("pk").changes or {})] == [field]


def test_an_edit_of_the_field_decides_the_conflict(
    organizer: Organizer, member_client: Client, ann: Customer
) -> None:
    with scope(organizer=organizer):
        new = {"email": "new@x.org"}
        services.change_customer(organizer, "ANN", new, actor=Actor.from_command("test"))

    assertNotContains(member_client.get(ANN), "theirs@x.org</bdi>, changed on")


def test_no_value_of_the_source_is_taken_if_the_customer_has_changed_since(
    organizer: Organizer, member_client: Client, ann: Customer
) -> None:
    load_customers(organizer, [make_row("ANN", **{**THEIRS, "email": "last@x.org"})])

    response = take(member_client, "email", ann.version)

    assertContains(response, "The customer has changed since", status_code=409)
    assert stored(organizer).email == "ours@x.org"


@pytest.mark.parametrize("field", ["locale", "last_login", "version", "nonsense"])
def test_a_field_without_a_conflict_is_not_taken(
    organizer: Organizer, member_client: Client, ann: Customer, field: str
) -> None:
    assert take(member_client, field, ann.version).status_code == 409
    assert stored(organizer).version == ann.version


def test_an_email_of_another_customer_is_not_taken(
    organizer: Organizer, member_client: Client, ann: Customer
) -> None:
    load_customers(organizer, [make_row("BOB", "theirs@x.org")])

    response = take(member_client, "email", ann.version)

    assertContains(response, "Open BOB", status_code=409)
    assert stored(organizer).email == "ours@x.org"


def test_members_who_may_not_read_notes_see_no_conflict_of_notes(
    organizer: Organizer, member: User, member_client: Client, ann: Customer
) -> None:
    allow(organizer, member, Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)

    page = member_client.get(ANN)

    assertContains(page, "theirs@x.org")
    assertNotContains(page, "called &lt;b&gt;")
    assert take(member_client, "notes", ann.version).status_code == 403


def test_members_who_may_not_change_customers_see_no_button(
    organizer: Organizer, member: User, member_client: Client, ann: Customer
) -> None:
    allow(organizer, member, Permission.READ_CUSTOMERS)

    page = member_client.get(ANN)

    assertContains(page, "theirs@x.org")
    assertNotContains(page, "Use the value of the source")
    assert take(member_client, "email", ann.version).status_code == 403


def test_a_stranger_takes_nothing(
    organizer: Organizer, stranger_client: Client, ann: Customer
) -> None:
    assert take(stranger_client, "email", ann.version).status_code == 404
    assert stored(organizer).email == "ours@x.org"


def test_a_link_takes_nothing_and_leads_to_the_customer(
    organizer: Organizer, member_client: Client, ann: Customer
) -> None:
    response = member_client.get(f"{ANN}source/email/?back=search%3Dann")

    assertRedirects(response, f"{ANN}?back=search%3Dann")
    assert stored(organizer).version == ann.version
