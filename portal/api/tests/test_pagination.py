"""Pages: which one, how long, and the links between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import Settings
from rest_framework.utils.urls import remove_query_param

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.organizers.models import Organizer

LIST = "/api/v1/organizers/bigevents/customers/"
HERE = f"http://testserver{LIST}"


@pytest.fixture
def ask(api_client: Client, make_customer: CustomerMaker) -> Any:
    """Asks for a page of seven customers."""
    for _ in range(7):
        make_customer()
    return lambda query="": api_client.get(f"{LIST}?{query}")


@pytest.fixture
def follow(api_client: Client) -> Any:
    """The page, and those that follow it in a direction, each asked for when it is wanted."""

    def walk(page: dict[str, Any], direction: str) -> Iterator[dict[str, Any]]:
        yield page
        while link := page[direction]:
            page = api_client.get(link).json()
            yield page

    return walk


def _by_number(page: dict[str, Any], direction: str) -> str | None:
    """The link without its cursor, as somebody who counts pages would write it."""
    link: str | None = page[direction]
    return link and remove_query_param(link, "cursor")


def _numbers(page: dict[str, Any]) -> list[int]:
    return [int(row["identifier"].removeprefix("C")) for row in page["results"]]


def test_a_page_has_fifty_rows(api_client: Client, make_customer: CustomerMaker) -> None:
    for _ in range(51):
        make_customer()

    page = api_client.get(LIST).json()

    assert (page["count"], len(page["results"])) == (51, 50)
    assert len(api_client.get(f"{LIST}?page_size=1000").json()["results"]) == 50


def test_an_empty_list_has_a_first_page(api_client: Client) -> None:
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}

    assert api_client.get(LIST).json() == empty
    assert api_client.get(f"{LIST}?page=last").json() == empty
    assert api_client.get(f"{LIST}?page=2").status_code == 404


@pytest.mark.parametrize("page", ["3", "last", "%203%20", "%2B3", "%D9%A3", "1&page=3"])
def test_a_page_is_asked_for_by_number_or_as_the_last(ask: Any, page: str) -> None:
    response = ask(f"page_size=3&page={page}")

    assert _numbers(response.json()) == [7]
    assert response.json()["count"] == 7


@pytest.mark.parametrize(
    "page",
    ["0", "-1", "4", "1.0", "1e1", "first", "%20", "9" * 40, "9" * 5000, "99999999", "1000000001"],
)
def test_a_page_that_is_not_there_is_not_found(ask: Any, page: str) -> None:
    response = ask(f"page_size=3&page={page}")

    assert response.status_code == 404
    assert response.json() == {"detail": "Invalid page."}


@pytest.mark.parametrize("size", ["0", "-1", "", "abc", "10.5", "50", "99", "9" * 40, "9" * 5000])
def test_a_page_size_that_is_not_allowed_is_the_usual_one(ask: Any, size: str) -> None:
    response = ask(f"page_size={size}")

    assert response.status_code == 200
    assert len(response.json()["results"]) == 7


def test_the_links_lead_from_page_to_page(ask: Any) -> None:
    first, second, third = (ask(f"page_size=3&page={number}").json() for number in (1, 2, 3))

    assert first["previous"] is None
    assert _by_number(first, "next") == f"{HERE}?page=2&page_size=3"
    assert _by_number(second, "previous") == f"{HERE}?page_size=3"
    assert _by_number(second, "next") == f"{HERE}?page=3&page_size=3"
    assert _by_number(third, "previous") == f"{HERE}?page=2&page_size=3"
    assert third["next"] is None


def test_a_list_that_fills_its_pages_has_no_page_more(ask: Any) -> None:
    assert ask("page_size=7").json()["next"] is None


def test_a_link_keeps_every_parameter_sorted_and_encoded(ask: Any) -> None:
    query = "z=%C3%A9&page_size=%2B3&email=&a[]=%26&search=customer"

    assert _by_number(ask(query).json(), "next") == (
        f"{HERE}?a%5B%5D=%26&email=&page=2&page_size=%2B3&search=customer&z=%C3%A9"
    )


def test_forwarded_headers_change_no_link(api_client: Client, ask: Any) -> None:
    claims = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil",
    }

    page = api_client.get(f"{LIST}?page_size=3", headers=claims).json()

    assert _by_number(page, "next") == f"{HERE}?page=2&page_size=3"


def test_links_begin_with_the_public_address(ask: Any, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"

    page = ask("page_size=3").json()

    assert _by_number(page, "next") == f"https://desk.example.org{LIST}?page=2&page_size=3"


def test_who_follows_the_links_meets_everybody_in_either_direction(ask: Any, follow: Any) -> None:
    ahead = [*follow(ask("page_size=2").json(), "next")]
    back = [*follow(ahead[-1], "previous")]

    assert [_numbers(page) for page in ahead] == [[1, 2], [3, 4], [5, 6], [7]]
    assert back == ahead[::-1]


def test_a_customer_that_moves_is_never_a_reason_to_miss_another(
    organizer: Organizer, ask: Any, follow: Any
) -> None:
    pages = follow(ask("page_size=2").json(), "next")
    met = _numbers(next(pages))
    with scope(organizer=organizer):
        moved = Customer.objects.get(identifier="C000001")
        moved.email = "z@example.org"
        moved.save()

    assert [*met, *(number for page in pages for number in _numbers(page))] == [*range(1, 8), 1]


def test_following_on_after_everybody_has_left_finds_an_empty_page(
    organizer: Organizer, api_client: Client, ask: Any
) -> None:
    link = ask("page_size=3").json()["next"]
    with scope(organizer=organizer):
        Customer.objects.filter(pk__gt=Customer.objects.get(identifier="C000003").pk).delete()

    page = api_client.get(link).json()

    assert (page["count"], page["next"], page["results"]) == (3, None, [])
    assert _numbers(api_client.get(page["previous"]).json()) == [1, 2, 3]


def test_who_counts_pages_gets_the_page_of_the_number(api_client: Client, ask: Any) -> None:
    link = ask("page_size=2").json()["next"]

    assert _numbers(api_client.get(link.replace("page=2", "page=4")).json()) == [7]
    assert _numbers(api_client.get(link.replace("page=2", "page=last")).json()) == [7]


@pytest.mark.parametrize("change", ["&search=customer", "&ordering=-email", "x"])
def test_a_cursor_that_is_not_of_this_list_is_a_mistake(
    api_client: Client, ask: Any, change: str
) -> None:
    link = ask("page_size=2").json()["next"]

    response = api_client.get(
        f"{link}{change}" if "&" in change else link.replace("cursor=", "cursor=x")
    )

    assert response.status_code == 400
    assert response.json() == {"cursor": ["Not a cursor from a link of this list."]}
