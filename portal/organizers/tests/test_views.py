"""The list of a member's organizers."""

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


def test_a_member_of_one_organizer_is_redirected_to_its_customers(member_client: Client) -> None:
    assertRedirects(member_client.get("/organizers/"), CUSTOMERS)


def test_a_member_of_one_organizer_can_open_the_list(
    member_client: Client, rival: Organizer
) -> None:
    response = member_client.get("/organizers/?all")

    assertContains(response, CUSTOMERS)
    assertNotContains(response, "Rival Shows")


def test_a_member_of_two_organizers_sees_both(
    member_client: Client, member: User, rival: Organizer
) -> None:
    services.create_staff(rival, email=member.email, password=PASSWORD)

    response = member_client.get("/organizers/")

    assertContains(response, CUSTOMERS)
    assertContains(response, "/organizers/rival/customers/")


def test_a_user_without_a_team_sees_instructions(client: Client) -> None:
    client.force_login(User.objects.create(email="new@example.org"))

    assertContains(client.get("/organizers/"), "Ask a member of your organizer to add you.")


def test_the_url_of_an_organizer_redirects_to_its_customers(member_client: Client) -> None:
    assertRedirects(member_client.get("/organizers/bigevents/"), CUSTOMERS)
