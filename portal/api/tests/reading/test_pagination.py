"""Pages: their number, their size, and the links to other pages."""

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
LIST_URL = f"http://testserver{LIST}"


@pytest.fixture
def get_page(api_client: Client, make_customer: CustomerMaker) -> Any:
    """Returns a page of a list of seven customers."""
    for _ in range(7):
        make_customer()
    return lambda query="": api_client.get(f"{LIST}?{query}")


@pytest.fixture
def follow(api_client: Client) -> Any:
    """Yields a page, and then the pages that the links in one direction lead to."""

    def follow_links(page: dict[str, Any], direction: str) -> Iterator[dict[str, Any]]:
        yield page
        while link := page[direction]:
            page = api_client.get(link).json()
            yield page

    return follow_links


def _without_cursor(page: dict[str, Any], direction: str) -> str | None:
    """The link of the page in this direction, without its cursor."""
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
def test_a_page_has_a_number_or_is_the_last(get_page: Any, page: str) -> None:
    response = get_page(f"page_size=3&page={page}")

    assert _numbers(response.json()) == [7]
    assert response.json()["count"] == 7


@pytest.mark.parametrize(
    "page",
    ["0", "-1", "4", "1.0", "1e1", "first", "%20", "9" * 40, "9" * 3900, "99999999", "1000000001"],
)
def test_a_page_that_does_not_exist_is_not_found(get_page: Any, page: str) -> None:
    response = get_page(f"page_size=3&page={page}")

    assert response.status_code == 404
    assert response.json() == {"detail": "Invalid page."}


@pytest.mark.parametrize("size", ["0", "-1", "", "abc", "10.5", "50", "99", "9" * 40, "9" * 3900])
def test_an_invalid_page_size_means_fifty(get_page: Any, size: str) -> None:
    response = get_page(f"page_size={size}")

    assert response.status_code == 200
    assert len(response.json()["results"]) == 7


def test_links_lead_to_the_next_and_previous_page(get_page: Any) -> None:
    first, second, third = (get_page(f"page_size=3&page={number}").json() for number in (1, 2, 3))

    assert first["previous"] is None
    assert _without_cursor(first, "next") == f"{LIST_URL}?page=2&page_size=3"
    assert _without_cursor(second, "previous") == f"{LIST_URL}?page_size=3"
    assert _without_cursor(second, "next") == f"{LIST_URL}?page=3&page_size=3"
    assert _without_cursor(third, "previous") == f"{LIST_URL}?page=2&page_size=3"
    assert third["next"] is None


def test_a_full_last_page_has_no_next_link(get_page: Any) -> None:
    assert get_page("page_size=7").json()["next"] is None


def test_a_link_has_every_parameter_sorted_and_encoded(get_page: Any) -> None:
    query = "z=%C3%A9&page_size=%2B3&email=&a[]=%26&search=customer"

    assert _without_cursor(get_page(query).json(), "next") == (
        f"{LIST_URL}?a%5B%5D=%26&email=&page=2&page_size=%2B3&search=customer&z=%C3%A9"
    )


def test_forwarded_headers_do_not_change_links(api_client: Client, get_page: Any) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil",
    }

    page = api_client.get(f"{LIST}?page_size=3", headers=headers).json()

    assert _without_cursor(page, "next") == f"{LIST_URL}?page=2&page_size=3"


def test_links_begin_with_the_public_url(get_page: Any, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"

    page = get_page("page_size=3").json()

    assert _without_cursor(page, "next") == f"https://desk.example.org{LIST}?page=2&page_size=3"


def test_following_links_reads_every_customer_in_both_directions(
    get_page: Any, follow: Any
) -> None:
    forwards = [*follow(get_page("page_size=2").json(), "next")]
    backwards = [*follow(forwards[-1], "previous")]

    assert [_numbers(page) for page in forwards] == [[1, 2], [3, 4], [5, 6], [7]]
    assert backwards == forwards[::-1]


def test_a_customer_that_moves_to_another_page_hides_no_other_customer(
    organizer: Organizer, get_page: Any, follow: Any
) -> None:
    pages = follow(get_page("page_size=2").json(), "next")
    first = _numbers(next(pages))
    with scope(organizer=organizer):
        moved = Customer.objects.get(identifier="C000001")
        moved.email = "z@example.org"
        moved.save()

    assert [*first, *(number for page in pages for number in _numbers(page))] == [*range(1, 8), 1]


@pytest.mark.parametrize("ordering", ["identifier", "-identifier"])
def test_a_list_by_identifier_has_each_customer_once_despite_changes(
    organizer: Organizer, get_page: Any, follow: Any, ordering: str
) -> None:
    """Identifiers never change. A customer who is created meanwhile may be on a later page."""
    seen: list[int] = []
    for page in follow(get_page(f"page_size=2&ordering={ordering}").json(), "next"):
        seen += _numbers(page)
        with scope(organizer=organizer):
            for customer in Customer.objects.all():
                customer.email = f"{len(seen)}{customer.identifier[::-1]}@example.org"
                customer.last_login = None if customer.last_login else customer.date_joined
                customer.save()

    assert seen == sorted(range(1, 8), reverse=ordering.startswith("-"))


def test_a_next_link_is_an_empty_page_if_the_customers_are_deleted(
    organizer: Organizer, api_client: Client, get_page: Any
) -> None:
    link = get_page("page_size=3").json()["next"]
    with scope(organizer=organizer):
        Customer.objects.filter(pk__gt=Customer.objects.get(identifier="C000003").pk).delete()

    page = api_client.get(link).json()

    assert (page["count"], page["next"], page["results"]) == (3, None, [])
    assert _numbers(api_client.get(page["previous"]).json()) == [1, 2, 3]


def test_a_changed_number_in_a_link_overrides_its_cursor(api_client: Client, get_page: Any) -> None:
    link = get_page("page_size=2").json()["next"]

    assert _numbers(api_client.get(link.replace("page=2", "page=4")).json()) == [7]
    assert _numbers(api_client.get(link.replace("page=2", "page=last")).json()) == [7]


@pytest.mark.parametrize("change", ["&search=customer", "&ordering=-email", "x"])
def test_a_cursor_of_another_list_is_an_error(
    api_client: Client, get_page: Any, change: str
) -> None:
    link = get_page("page_size=2").json()["next"]

    response = api_client.get(
        f"{link}{change}" if "&" in change else link.replace("cursor=", "cursor=x")
    )

    assert response.status_code == 400
    assert response.json() == {"cursor": ["Invalid cursor for this list."]}
