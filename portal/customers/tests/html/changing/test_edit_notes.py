"""Editing the field `notes` of the API on the page of a customer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer
from portal.history.actors import Actor
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

DETAIL = "/organizers/bigevents/customers/ANN2345/"
EDIT = f"{DETAIL}edit/notes/"
READS, WRITES = Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS


@pytest.fixture(autouse=True)
def ann(make_customer: CustomerMaker, member: User) -> Customer:
    return make_customer(identifier="ANN2345", notes="Likes the aisle.\nNeeds a ramp.")


def edit(client: Client, text: str, *, seen: str = "Likes the aisle.\r\nNeeds a ramp.") -> Any:
    return client.post(EDIT, {"notes": text, "initial-notes": seen, "since": 1})


def stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return services.get_customer(organizer, "ANN2345")


def permit(organizer: Organizer, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.update(permissions=permissions)


def test_notes_are_edited_on_the_page_of_a_customer(
    organizer: Organizer, member_client: Client
) -> None:
    assertContains(member_client.get(DETAIL), f'href="{EDIT}"')
    assertContains(member_client.get(EDIT), "Likes the aisle.\nNeeds a ramp.</textarea>")

    response = edit(member_client, "Moved.\r\nNo ramp.")

    assertRedirects(response, f"{DETAIL}?saved=2")
    assert stored(organizer).notes == "Moved.\nNo ramp."
    assertContains(member_client.get(response["Location"]), "Saved: account note changed.")


def test_emptied_notes_are_null(organizer: Organizer, member_client: Client) -> None:
    edit(member_client, "")

    assert stored(organizer).notes is None


def test_unchanged_notes_are_no_change(organizer: Organizer, member_client: Client) -> None:
    response = edit(member_client, "Likes the aisle.\r\nNeeds a ramp.")

    assertRedirects(response, DETAIL)
    assert stored(organizer).version == 1


def test_an_invalid_text_stays_in_the_form(organizer: Organizer, member_client: Client) -> None:
    response = edit(member_client, "a\0b")

    assertContains(response, "Null characters are not allowed.", status_code=422)
    assert stored(organizer).version == 1


def test_both_texts_are_shown_if_somebody_else_changed_the_notes(
    organizer: Organizer, member_client: Client
) -> None:
    with scope(organizer=organizer):
        actor = Actor.from_command("test")
        services.change_customer(organizer, "ANN2345", {"notes": "Theirs."}, actor=actor)

    response = edit(member_client, "Mine.")

    assertContains(response, "Theirs.", status_code=409)
    assertContains(response, "Mine.", status_code=409)
    assert stored(organizer).notes == "Theirs."


@pytest.mark.parametrize("permissions", [(READS, WRITES), (READS, Permission.READ_NOTES)])
def test_notes_are_edited_with_the_permissions_to_read_notes_and_to_change_customers(
    organizer: Organizer, member_client: Client, permissions: tuple[Permission, ...]
) -> None:
    permit(organizer, *permissions)

    assertNotContains(member_client.get(DETAIL), EDIT)
    assert member_client.get(EDIT).status_code == 403
    assert edit(member_client, "Mine.").status_code == 403
    assert stored(organizer).version == 1


def test_a_stranger_edits_nothing(organizer: Organizer, stranger_client: Client) -> None:
    assert edit(stranger_client, "Mine.").status_code == 404
    assert stored(organizer).version == 1


def test_the_whole_form_does_not_change_notes(member_client: Client) -> None:
    assertNotContains(member_client.get(f"{DETAIL}edit/"), "Likes the aisle.")
