"""The root of the API and the organizers."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import __version__
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
    """An API client with access to the organizer, but not to its customers."""
    key = tokens.create_token(organizer, name="narrow", permissions=[Permission.EXPORT_CUSTOMERS])
    return Client(headers={"Authorization": f"Token {key}"})


def test_the_root_links_to_the_organizers(api_client: Client) -> None:
    assert api_client.get(ROOT).json() == {"organizers": f"http://testserver{LIST}"}


def test_the_versions_are_those_of_portal_and_of_pretix(
    narrow_client: Client,
) -> None:
    assert narrow_client.get("/api/v1/version").json() == {
        "pretix": "2026.8.0",
        "pretix_numeric": 20260080005000,
        "portal": __version__,
    }


@pytest.mark.usefixtures("rival")
def test_a_token_has_access_to_its_organizer_only(narrow_client: Client) -> None:
    page = narrow_client.get(LIST).json()

    assert page == {"count": 1, "next": None, "previous": None, "results": [BIGEVENTS]}
    assert list(page["results"][0]) == ["name", "slug", "public_url", "plugins"]
    assert narrow_client.get(f"{LIST}bigevents/").json() == BIGEVENTS


@pytest.mark.parametrize("slug", ["rival", "unknown", "BigEvents"])
@pytest.mark.usefixtures("rival")
def test_a_foreign_and_an_unknown_organizer_are_forbidden(narrow_client: Client, slug: str) -> None:
    assert narrow_client.get(f"{LIST}{slug}/").status_code == 403


def test_a_member_reads_their_organizers_by_name_and_page(
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
@pytest.mark.parametrize("path", [ROOT, LIST, f"{LIST}bigevents/", "/api/v1/version"])
def test_a_request_without_a_token_is_unauthorized(path: str) -> None:
    assert Client().get(path).status_code == 401


def test_options_lists_the_formats(api_client: Client) -> None:
    response = api_client.options(LIST)

    assert response.json() == {
        "name": "Organizer List",
        "description": "The organizers that the caller may access, by name.",
        "renders": ["application/json"],
        "parses": ["application/json"],
    }
