"""For the same query string, HTML and JSON return the same customers in the same order."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from portal.conftest import CustomerMaker

QUERIES = [
    "",
    "search=anna",
    "ordering=-name",
    "ordering=last_login",
    "ordering=state,-email",
    "state=active&state=inactive&ordering=-state",
    "state_not=active&is_active=true",
    "is_verified=true&locale=de&locale=fr",
    "locale_not=de&locale_not=nl&ordering=-name",
    "date_joined_since=2026-01-03&ordering=-date_joined",
    "page_size=25&page=2&ordering=-identifier",
    "email=ANNA8@example.org",
    "search=anna&search=bert",
    "is_active=&search=",
    "empty=email&empty=phone&ordering=-identifier",
]


@pytest.fixture
def customers(make_customer: CustomerMaker) -> None:
    for number in range(40):
        name = "Anna" if number % 3 else "Bert"
        make_customer(
            email=f"{name.lower()}{number}@example.org" if number % 7 else None,
            name_parts={"_scheme": "full", "full_name": f"{name} {number % 5}"},
            is_active=bool(number % 4),
            is_verified=bool(number % 2),
            locale=["de", "fr", "nl"][number % 3],
            date_joined=f"2026-01-{number % 9 + 1:02}T12:00:00Z",
            last_login=f"2026-02-{number % 9 + 1:02}T12:00:00Z" if number % 5 else None,
        )


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("query", QUERIES)
def test_html_and_json_have_equal_customers(
    member_client: Client, api_client: Client, query: str
) -> None:
    page = member_client.get(f"/organizers/bigevents/customers/?{query}").content.decode()
    rows = api_client.get(f"/api/v1/organizers/bigevents/customers/?{query}").json()["results"]

    assert re.findall(r'id="customer-([\w.-]+)"', page) == [row["identifier"] for row in rows]
    assert rows


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(
    "query",
    [
        "locale=klingon",
        "locale_not=klingon",
        "date_joined_since=soon",
        "ordering=x",
        "is_active=1",
        "empty=shoe",
        "state=1",
        "search=%00",
    ],
)
def test_an_invalid_query_is_an_error_in_both_formats(
    member_client: Client, api_client: Client, query: str
) -> None:
    page = member_client.get(f"/organizers/bigevents/customers/?{query}")
    api = api_client.get(f"/api/v1/organizers/bigevents/customers/?{query}")

    assert (page.status_code, api.status_code) == (422, 400)
