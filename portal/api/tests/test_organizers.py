"""The way to the customers: the root and the organizers."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

ROOT = "/api/v1/"
LIST = "/api/v1/organizers/"
BIGEVENTS = {
    "name": "Big Events LLC",
    "slug": "bigevents",
    "public_url": "http://testserver/organizers/bigevents/customers/",
    "plugins": [],
}


@pytest.fixture
def narrow_client(organizer: Organizer) -> Client:
    """A program that may enter, but not read customers."""
    key = tokens.create_token(organizer, name="narrow", permissions=[Permission.EXPORT_CUSTOMERS])
    return Client(headers={"Authorization": f"Token {key}"})


def test_the_root_leads_to_the_organizers(api_client: Client) -> None:
    assert api_client.get(ROOT).json() == {"organizers": f"http://testserver{LIST}"}


@pytest.mark.usefixtures("rival")
def test_a_token_enters_its_organizer_alone(narrow_client: Client) -> None:
    page = narrow_client.get(LIST).json()

    assert page == {"count": 1, "next": None, "previous": None, "results": [BIGEVENTS]}
    assert list(page["results"][0]) == ["name", "slug", "public_url", "plugins"]
    assert narrow_client.get(f"{LIST}bigevents/").json() == BIGEVENTS


@pytest.mark.parametrize("slug", ["rival", "nobody", "BigEvents"])
@pytest.mark.usefixtures("rival")
def test_a_foreign_organizer_is_answered_as_one_that_does_not_exist(
    narrow_client: Client, slug: str
) -> None:
    assert narrow_client.get(f"{LIST}{slug}/").status_code == 403


def test_a_member_sees_their_organizers_by_name_and_page(
    member_client: Client, rival: Organizer
) -> None:
    services.create_staff(rival, email="member@example.org", password="unchanged")

    first, last = (member_client.get(f"{LIST}?page_size=1&page={n}").json() for n in (1, "last"))

    assert [row["slug"] for row in first["results"]] == ["bigevents"]
    assert [row["slug"] for row in last["results"]] == ["rival"]
    assert (first["count"], first["next"]) == (2, f"http://testserver{LIST}?page=2&page_size=1")


@pytest.mark.usefixtures("organizer")
def test_a_stranger_does_not_see_the_organizer(stranger_client: Client) -> None:
    rows = stranger_client.get(LIST).json()["results"]

    assert [row["slug"] for row in rows] == ["rival"]
    assert stranger_client.get(f"{LIST}bigevents/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("path", [ROOT, LIST, f"{LIST}bigevents/"])
def test_nobody_is_told_to_bring_a_token(path: str) -> None:
    assert Client().get(path).status_code == 401


def test_the_options_of_an_endpoint_are_told(api_client: Client) -> None:
    response = api_client.options(LIST)

    assert response.json()["renders"] == ["application/json"]
