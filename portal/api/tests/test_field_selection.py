"""The fields of a response: those of pretix's documentation unless the request selects others."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.conftest import CustomerMaker
from portal.customers.query.page import FIELDS
from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

LIST = "/api/v1/organizers/bigevents/customers/"
PATHS = [LIST, f"{LIST}C000001/"]


@pytest.fixture
def notes_client(organizer: Organizer) -> Client:
    """An API client that may also read notes."""
    permissions = [Permission.READ_CUSTOMERS, Permission.READ_NOTES]
    key = tokens.create_token(organizer, name="notes", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> None:
    make_customer(external_identifier="CRM-7", phone="+49 30", notes="Prefers an aisle seat.")


def _row(client: Client, path: str, query: str) -> dict[str, object]:
    content = client.get(f"{path}?{query}").json()
    row: dict[str, object] = content["results"][0] if "results" in content else content
    return row


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "query",
    [
        "include=external_identifier,phone,notes",
        "include=notes&include=phone,+external_identifier,",
    ],
)
def test_included_fields_follow_the_default_ones(
    notes_client: Client, path: str, query: str
) -> None:
    row = _row(notes_client, path, query)

    assert list(row) == [*FIELDS, "external_identifier", "phone", "notes"]
    assert [*row.values()][-3:] == ["CRM-7", "+49 30", "Prefers an aisle seat."]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("fields=name,identifier", ["identifier", "name"]),
        ("fields=email&fields=identifier", ["identifier", "email"]),
        ("fields=phone&include=phone", ["phone"]),
        ("fields=&include=", list(FIELDS)),
    ],
)
def test_a_response_has_the_selected_fields_only(
    api_client: Client, path: str, query: str, names: list[str]
) -> None:
    assert list(_row(api_client, path, query)) == names


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [("include=password", "include"), ("include=email", "include"), ("fields=phone", "fields")],
)
def test_an_unavailable_field_is_an_error(
    api_client: Client, path: str, query: str, parameter: str
) -> None:
    response = api_client.get(f"{path}?{query}")

    assert (response.status_code, list(response.json())) == (400, [parameter])


@pytest.mark.parametrize("path", PATHS)
def test_notes_need_a_separate_permission(api_client: Client, path: str) -> None:
    response = api_client.get(f"{path}?include=notes")

    assert response.status_code == 403
    assert response.json() == {"detail": "You do not have permission to read notes."}


def test_links_keep_the_selected_fields(api_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    page = api_client.get(f"{LIST}?include=phone&fields=phone&page_size=1").json()

    assert api_client.get(page["next"]).json()["results"] == [{"phone": None}]


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("?ordering=name&fields=email,locale", "?ordering=name,email&fields=locale"),
        ("?fields=name,locale", "?ordering=email,name&fields=locale"),
    ],
)
def test_similar_lists_return_their_own_fields(api_client: Client, one: str, another: str) -> None:
    first, second = [api_client.get(LIST + query).json()["results"] for query in (one, another)]

    assert (first[0]["locale"], second) == ("en", [{"locale": "en"}])
