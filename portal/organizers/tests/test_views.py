"""The organizer chooser."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.organizers import services
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db
CUSTOMERS = "/organizers/bigevents/customers/"


@pytest.mark.parametrize("path", ["/", "/organizers/", "/organizers/bigevents/"])
def test_a_visitor_has_to_sign_in(client: Client, path: str) -> None:
    assertRedirects(client.get(path), f"/sign-in/?next={path}")


def test_the_only_organizer_is_opened_at_once(member_client: Client) -> None:
    assertRedirects(member_client.get("/organizers/"), CUSTOMERS)


def test_the_chooser_can_be_seen_all_the_same(member_client: Client, rival: Organizer) -> None:
    response = member_client.get("/organizers/?all")

    assertContains(response, CUSTOMERS)
    assertNotContains(response, "Rival Shows")


def test_several_organizers_are_there_to_choose_from(
    member_client: Client, member: User, rival: Organizer
) -> None:
    services.create_staff(rival, email=member.email, password=PASSWORD)

    response = member_client.get("/organizers/")

    assertContains(response, CUSTOMERS)
    assertContains(response, "/organizers/rival/customers/")


def test_who_is_in_no_team_is_told_what_to_do(client: Client) -> None:
    client.force_login(User.objects.create(email="new@example.org"))

    assertContains(client.get("/organizers/"), "Ask somebody who is to add you to a team.")


def test_the_organizers_own_address_leads_to_its_customers(member_client: Client) -> None:
    assertRedirects(member_client.get("/organizers/bigevents/"), CUSTOMERS)
