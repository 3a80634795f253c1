"""A response has the fields of pretix's documentation, or the fields that the request selects."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.query.page import ALL_FIELDS, FIELDS
from portal.organizers import tokens
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/api/v1/organizers/bigevents/customers/"
PATHS = [LIST, f"{LIST}C000001/"]
NOTES = [Permission.READ_CUSTOMERS, Permission.READ_NOTES, Permission.EXPORT_CUSTOMERS]


@pytest.fixture
def notes_client(organizer: Organizer) -> Client:
    """An API client that may also read notes."""
    key = tokens.create_token(organizer, name="notes", permissions=NOTES)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture
def complete_client(organizer: Organizer) -> Client:
    """An API client whose token has all fields."""
    key = tokens.create_token(organizer, name="all", permissions=NOTES, has_all_fields=True)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> None:
    make_customer(external_identifier="CRM-7", phone="+49 30", notes="Prefers an aisle seat.")


def _first_row(client: Client, path: str, query: str) -> dict[str, object]:
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
    row = _first_row(notes_client, path, query)

    assert list(row) == [*FIELDS, "external_identifier", "phone", "notes"]
    assert [*row.values()][-3:] == ["CRM-7", "+49 30", "Prefers an aisle seat."]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("fields=name,identifier", ["identifier", "name"]),
        ("fields=email&fields=identifier", ["identifier", "email"]),
        ("fields=phone&include=phone", ["phone"]),
        ("fields=phone,email", ["email", "phone"]),
        ("fields=email&include=phone", ["email"]),
        ("fields=&include=", list(FIELDS)),
    ],
)
def test_a_response_has_the_selected_fields_only(
    api_client: Client, path: str, query: str, names: list[str]
) -> None:
    assert list(_first_row(api_client, path, query)) == names


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [("include=password", "include"), ("include=email", "include"), ("fields=age", "fields")],
)
def test_an_unavailable_field_is_an_error(
    api_client: Client, path: str, query: str, parameter: str
) -> None:
    response = api_client.get(f"{path}?{query}")

    assert (response.status_code, list(response.json())) == (400, [parameter])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["", "include=phone,notes", "fields=", "page_size=1"])
def test_a_token_with_all_fields_returns_them_in_the_order_of_pretix(
    complete_client: Client, path: str, query: str
) -> None:
    row = _first_row(complete_client, path, query)

    assert list(row) == [*ALL_FIELDS]
    assert (row["external_identifier"], row["phone"]) == ("CRM-7", "+49 30")
    assert row["notes"] == "Prefers an aisle seat."


@pytest.mark.parametrize("path", PATHS)
def test_a_token_with_all_fields_can_select_each_of_them(
    complete_client: Client, path: str
) -> None:
    for name in ALL_FIELDS:
        assert list(_first_row(complete_client, path, f"fields={name}")) == [name]


@pytest.mark.parametrize("path", PATHS)
def test_a_token_that_may_no_longer_read_notes_has_ten_fields(
    complete_client: Client, organizer: Organizer, path: str
) -> None:
    """If `notes` were null in the response, a client that sent it back would delete the notes."""
    with scope(organizer=organizer):
        Team.objects.update(permissions=[Permission.READ_CUSTOMERS])

    assert list(_first_row(complete_client, path, "")) == [*FIELDS]
    assert complete_client.get(f"{path}?include=notes").status_code == 403
    assert complete_client.get(f"{path}?fields=notes").status_code == 403


def test_a_stream_of_a_token_with_all_fields_has_all_fields(complete_client: Client) -> None:
    ndjson, csv = (
        complete_client.get(LIST, headers={"Accept": media_type}).getvalue().decode()
        for media_type in ("application/x-ndjson", "text/csv")
    )

    assert json.loads(ndjson) == _first_row(complete_client, LIST, "")
    assert list(json.loads(ndjson)) == csv.splitlines()[0].split(",") == [*ALL_FIELDS]
    assert csv.endswith(",Prefers an aisle seat.\r\n")


def test_the_pages_of_a_token_with_all_fields_have_all_customers(
    api_client: Client, complete_client: Client, make_customer: CustomerMaker
) -> None:
    for _number in range(60):
        make_customer()

    for query in ("", "?page=2", "?page=last", "?ordering=identifier", "?is_active=true"):
        ten, thirteen = (
            client.get(LIST + query).json() for client in (api_client, complete_client)
        )
        assert (thirteen["count"], thirteen["next"]) == (ten["count"], ten["next"])
        assert [{name: row[name] for name in FIELDS} for row in thirteen["results"]] == (
            ten["results"]
        )


def test_a_member_has_ten_fields(member_client: Client) -> None:
    assert list(_first_row(member_client, LIST, "")) == [*FIELDS]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["include=notes", "fields=notes", "include=notes&fields=email"])
def test_notes_need_a_separate_permission(api_client: Client, path: str, query: str) -> None:
    response = api_client.get(f"{path}?{query}")

    assert response.status_code == 403
    assert response.json() == {"detail": "You do not have permission to read notes."}


@pytest.mark.parametrize("path", PATHS)
def test_notes_need_not_be_included_to_be_selected(notes_client: Client, path: str) -> None:
    assert _first_row(notes_client, path, "fields=notes") == {"notes": "Prefers an aisle seat."}


def test_links_to_other_pages_have_the_selected_fields(
    api_client: Client, make_customer: CustomerMaker
) -> None:
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
def test_two_requests_that_differ_in_fields_return_different_fields(
    api_client: Client, one: str, another: str
) -> None:
    first, second = [api_client.get(LIST + query).json()["results"] for query in (one, another)]

    assert (first[0]["locale"], second) == ("en", [{"locale": "en"}])
