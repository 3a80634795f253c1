"""Customers as JSON: the examples of pretix's documentation, filters, and query counts."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.conftest import CustomerMaker
from portal.organizers.models import Organizer

LIST: Final = "/api/v1/organizers/bigevents/customers/"
DETAIL: Final = f"{LIST}C000001/"
# The customer in pretix's documentation.
EXAMPLE: Final[dict[str, Any]] = {
    "identifier": "8WSAJCJ",
    "email": "customer@example.org",
    "name": "John Doe",
    "name_parts": {"_scheme": "full", "full_name": "John Doe"},
    "is_active": True,
    "is_verified": False,
    "last_login": None,
    "date_joined": "2021-04-06T13:44:22.809216Z",
    "locale": "de",
    "last_modified": "2021-04-06T13:44:22.809377Z",
}


@pytest.fixture
def example(make_customer: CustomerMaker) -> None:
    make_customer(**{name: value for name, value in EXAMPLE.items() if name != "name"})


@pytest.mark.usefixtures("example")
def test_the_list_equals_the_documented_example(api_client: Client) -> None:
    response = api_client.get(LIST, headers={"Accept": "application/json, text/javascript"})

    page = response.json()
    assert list(page) == ["count", "next", "previous", "results"]
    assert page == {"count": 1, "next": None, "previous": None, "results": [EXAMPLE]}
    assert list(page["results"][0].items()) == list(EXAMPLE.items())
    assert (response["Vary"], response["Content-Type"]) == ("Accept", "application/json")


@pytest.mark.usefixtures("example")
def test_the_detail_equals_the_documented_example(api_client: Client) -> None:
    response = api_client.get(f"{LIST}8WSAJCJ/")

    assert list(response.json().items()) == list(EXAMPLE.items())
    assert (response["Vary"], response["Content-Type"]) == ("Accept", "application/json")


def test_a_time_without_microseconds_has_no_fraction(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(date_joined="2023-07-01T12:00:00+02:00", last_login="2023-01-01T00:00:00.5Z")

    (row,) = api_client.get(LIST).json()["results"]

    assert row["date_joined"] == "2023-07-01T10:00:00Z"
    assert row["last_login"] == "2023-01-01T00:00:00.500000Z"
    assert row == api_client.get(f"{LIST}C000001/").json()


@pytest.mark.parametrize("name", ["Zoë Ångström", '"; DROP TABLE', "李小龍", "😀", "a\\b\t\u2028c"])
def test_a_name_is_returned_unchanged(
    api_client: Client, make_customer: CustomerMaker, name: str
) -> None:
    parts = {"_scheme": "full", "full_name": name}
    make_customer(name_parts=parts)

    (row,) = api_client.get(LIST).json()["results"]

    assert (row["name"], row["name_parts"]) == (name, parts)


def test_an_anonymised_customer_has_empty_fields(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(email=None, name_parts={}, is_active=False)

    (row,) = api_client.get(LIST).json()["results"]

    assert (row["email"], row["name"], row["name_parts"]) == (None, "", {})


def test_the_list_is_ordered_by_email_with_missing_emails_last(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    for email in (None, "b@example.org", "A@example.org"):
        make_customer(email=email)

    rows = api_client.get(LIST).json()["results"]

    assert [row["email"] for row in rows] == ["A@example.org", "b@example.org", None]


def test_a_customer_of_another_organizer_is_not_found(
    api_client: Client, make_customer: CustomerMaker, rival: Organizer
) -> None:
    make_customer(of=rival, identifier="THEIRS2")

    assert api_client.get(LIST).json()["count"] == 0
    assert api_client.get(f"{LIST}THEIRS2/").status_code == 404


@pytest.mark.parametrize("identifier", ["a.b", "A-b_1", "x" * 190, ".", "C000001.json"])
def test_an_identifier_may_contain_dots_and_dashes(
    api_client: Client, make_customer: CustomerMaker, identifier: str
) -> None:
    make_customer(identifier=identifier)

    response = api_client.get(f"{LIST}{identifier}/")

    assert response.json()["identifier"] == identifier


@pytest.mark.parametrize("identifier", ["c000001", "C00000", "C000001%20", "%00C000001", "x" * 999])
def test_an_identifier_matches_exactly(
    api_client: Client, make_customer: CustomerMaker, identifier: str
) -> None:
    make_customer()

    assert api_client.get(f"{LIST}{identifier}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "methods", "allowed"),
    [
        (LIST, ["put", "patch", "delete", "trace"], "GET, POST, HEAD, OPTIONS"),
        (DETAIL, ["post", "delete", "trace"], "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_not_allowed(
    writer_client: Client,
    make_customer: CustomerMaker,
    path: str,
    methods: list[str],
    allowed: str,
) -> None:
    make_customer()

    for method in methods:
        response = getattr(writer_client, method)(path)
        assert (response.status_code, response["Allow"]) == (405, allowed)
        assert response.json() == {"detail": f'Method "{method.upper()}" not allowed.'}


def test_the_url_of_a_customer_has_no_filters(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()
    path = f"{LIST}C000001/?email=other@example.org"

    assert api_client.get(path).status_code == 200
    assert api_client.get(path, headers={"Prefer": "handling=strict"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "emails"),
    [
        ("email=BETA@example.org", ["beta@example.org"]),
        ("email=%20", ["alpha@example.org", "beta@example.org"]),
        ("search=alp", ["alpha@example.org"]),
        ("is_active=false", ["beta@example.org"]),
        ("locale=de&locale=fr", ["beta@example.org"]),
        ("date_joined_since=2022-01-01", ["alpha@example.org"]),
        ("ordering=-email", ["beta@example.org", "alpha@example.org"]),
        ("unknown=parameter", ["alpha@example.org", "beta@example.org"]),
    ],
)
def test_the_list_has_the_filters_of_the_html_list(
    api_client: Client, make_customer: CustomerMaker, query: str, emails: list[str]
) -> None:
    make_customer(email="alpha@example.org", date_joined="2022-06-01T00:00:00Z")
    make_customer(
        email="beta@example.org", is_active=False, locale="de", date_joined="2021-01-01T00:00:00Z"
    )

    page = api_client.get(f"{LIST}?{query}").json()

    assert ([row["email"] for row in page["results"]], page["count"]) == (emails, len(emails))


@pytest.mark.parametrize("size", [1, 120])
@pytest.mark.parametrize("path", [LIST, f"{LIST}C000001/"])
@pytest.mark.parametrize(("client_name", "queries"), [("api_client", 3), ("member_client", 4)])
def test_the_number_of_queries_does_not_depend_on_the_number_of_customers(
    request: pytest.FixtureRequest,
    make_customer: CustomerMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
    size: int,
    path: str,
    client_name: str,
    queries: int,
) -> None:
    client: Client = request.getfixturevalue(client_name)
    for _ in range(size):
        make_customer()

    with django_assert_num_queries(queries):
        client.get(path)


def test_the_last_use_of_a_token_is_written_once_a_minute(
    api_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api_client.get(LIST)

    with django_assert_num_queries(2):
        api_client.get(LIST)
