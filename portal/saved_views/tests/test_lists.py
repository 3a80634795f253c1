"""Lists of a saved view: in HTML and JSON, and the links on the page of a customer."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission
from portal.organizers.tokens import create_token
from portal.saved_views.models import SavedView

LIST = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
SWAP_HEADERS = {"HX-Request": "true", "HX-Target": "div#results"}


@pytest.fixture(autouse=True)
def customers(make_customer: CustomerMaker) -> None:
    for name, locale in (("ann", "de"), ("bob", "fr"), ("cleo", "de")):
        make_customer(identifier=name.upper(), email=f"{name}@example.org", locale=locale)


@pytest.fixture
def view(organizer: Organizer, member: User) -> SavedView:
    """A shared view: customers whose language is German, by email in descending order."""
    with scope(organizer=organizer):
        return SavedView.objects.create(
            organizer=organizer,
            owner=member,
            slug="german",
            name="German",
            is_shared=True,
            query_string="locale=de&ordering=-email",
        )


@pytest.fixture
def private(organizer: Organizer, stranger: User) -> SavedView:
    """A private view of another member."""
    with scope(organizer=organizer):
        return SavedView.objects.create(
            organizer=organizer, owner=stranger, slug="private", name="Private"
        )


def _list_names(client: Client, query: str) -> list[str]:
    page = client.get(f"{LIST}?{query}").content.decode()
    return re.findall(r'id="customer-(\w+)"', page)


def _results_of(client: Client, query: str) -> list[str]:
    return [each["identifier"] for each in client.get(f"{API}?{query}").json()["results"]]


@pytest.mark.usefixtures("view")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=german", ["CLEO", "ANN"]),
        ("view=german&search=ann", ["ANN"]),
        ("view=german&locale=fr", ["BOB"]),
        ("view=german&locale=", ["CLEO", "BOB", "ANN"]),
        ("view=german&ordering=email", ["ANN", "CLEO"]),
        ("view=", ["ANN", "BOB", "CLEO"]),
    ],
)
def test_html_and_json_list_equal_customers(
    member_client: Client, api_client: Client, query: str, expected: list[str]
) -> None:
    assert _list_names(member_client, query) == expected
    assert _results_of(api_client, query) == expected


@pytest.mark.usefixtures("view")
def test_a_stream_has_the_customers_of_the_view(organizer: Organizer) -> None:
    permissions = [Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS]
    key = create_token(organizer, name="exports", permissions=permissions)

    response = Client().get(
        f"{API}?view=german",
        headers={"Authorization": f"Token {key}", "Accept": "application/x-ndjson"},
    )

    rows = [json.loads(line) for line in response.getvalue().splitlines()]
    assert [each["identifier"] for each in rows] == ["CLEO", "ANN"]


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("slug", ["private", "unknown", "a%00b"])
def test_an_unknown_or_private_view_is_not_found(
    member_client: Client, api_client: Client, slug: str
) -> None:
    assert member_client.get(f"{LIST}?view={slug}").status_code == 404
    assert member_client.get(f"{LIST}?view={slug}", headers=SWAP_HEADERS).status_code == 404
    assert api_client.get(f"{API}?view={slug}").status_code in (400, 404)
    assert member_client.get(f"{API}?view={slug}").status_code in (400, 404)


@pytest.mark.usefixtures("view")
def test_links_of_the_list_have_the_parameters_that_differ_from_the_view(
    member_client: Client,
) -> None:
    page = member_client.get(f"{LIST}?view=german")

    assertContains(page, f'href="{LIST}?view=german&amp;locale="')
    assertContains(page, '<input id="id_view" name="view" value="german">')


@pytest.mark.usefixtures("view")
def test_the_url_of_a_view_has_no_superfluous_parameters(member_client: Client) -> None:
    response = member_client.get(
        f"{LIST}?ordering=-email&locale=de&search=&view=german&page=", headers=SWAP_HEADERS
    )

    assert response["HX-Push-Url"] == f"{LIST}?view=german"


@pytest.mark.usefixtures("view")
def test_a_changed_view_can_be_updated_saved_and_reset(member_client: Client) -> None:
    unchanged = member_client.get(f"{LIST}?view=german")
    changed = member_client.get(f"{LIST}?view=german&search=ann")

    for text in ("Update view", "Save as a new view", "Reset view"):
        assertNotContains(unchanged, text)
        assertContains(changed, text)
    assertContains(changed, 'name="query" value="view=german&amp;search=ann"')


def test_a_filtered_list_can_be_saved(member_client: Client) -> None:
    assertNotContains(member_client.get(LIST), "Save view")
    assertContains(
        member_client.get(f"{LIST}?locale=de&page=1"),
        'href="/organizers/bigevents/views/new/?locale=de"',
    )


@pytest.mark.usefixtures("view")
def test_the_previous_and_next_customer_are_those_of_the_view(member_client: Client) -> None:
    page = member_client.get(f"{LIST}?view=german").content.decode()
    (row,) = re.findall(r'href="([^"]*/CLEO/\?[^"]*)"', page)[:1]

    detail = member_client.get(row.replace("&amp;", "&"))

    assertContains(detail, "1 of 2")
    assertContains(detail, f'href="{LIST}?view=german#customer-CLEO"')


@pytest.mark.usefixtures("view")
def test_a_customer_of_the_list_of_a_deleted_view_can_be_opened(
    organizer: Organizer, member_client: Client
) -> None:
    with scope(organizer=organizer):
        SavedView.objects.all().delete()

    assert member_client.get(f"{LIST}ANN/?back=view%3Dgerman").status_code == 200


@pytest.mark.usefixtures("view")
def test_the_link_to_the_next_page_has_the_view(api_client: Client) -> None:
    page: dict[str, Any] = api_client.get(f"{API}?view=german&page_size=1").json()

    following = api_client.get(page["next"]).json()

    assert "view=german" in page["next"]
    assert [each["identifier"] for each in following["results"]] == ["ANN"]
    assert following["next"] is None


def test_a_view_stores_columns_and_the_row_height(
    organizer: Organizer, member_client: Client
) -> None:
    query = "columns=name,phone&density=compact"
    address = member_client.post(
        f"/organizers/bigevents/views/new/?{query}", {"name": "Phones"}
    ).headers["Location"]

    page = member_client.get(address)

    assertContains(page, ">Phone<")
    assertNotContains(page, "bob")
    assertNotContains(page, "Update view")
    assertContains(member_client.get(f"{address}&columns="), "bob")
    assertContains(member_client.get(f"{address}&density="), "Update view")
    with scope(organizer=organizer):
        assert SavedView.objects.get().query_string == "columns=name%2Cphone&density=compact"


@pytest.mark.parametrize("query", ["columns=shoe_size", "columns=a%00b"])
def test_unknown_columns_are_not_saved(member_client: Client, query: str) -> None:
    response = member_client.post(f"/organizers/bigevents/views/new/?{query}", {"name": "Shoes"})

    assertContains(response, "There is no column", status_code=422)
