"""Too long query strings are rejected, so that no link is too long for the server."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.query.filters import MAX_SEARCH_LENGTH
from portal.server import limit_request_line
from portal.web.query_strings import MAX_QUERY_LENGTH

LIST = "/organizers/bigevents/customers/"
API = "/api/v1/organizers/bigevents/customers/"
VIEWS = "/organizers/bigevents/views/"
LONG = f"search={'x' * MAX_QUERY_LENGTH}"
PAGES = [LIST, "/organizers/bigevents/export/", VIEWS, f"{VIEWS}new/", "/sign-in/", "/no-page/"]
# A character of names, emails and languages that is as long as possible when encoded in a URL.
HAN = "\N{CJK UNIFIED IDEOGRAPH-20000}"


@pytest.fixture
def customers(make_customer: CustomerMaker) -> None:
    """Creates customers whose sort keys have the maximal length and no ASCII characters."""
    for number in range(3):
        make_customer(
            identifier=f"{number}".ljust(190, "I"),
            email=f"{number}".ljust(241, HAN) + "@example.org",
            name_parts={"_scheme": "full", "full_name": HAN * 254},
            locale=HAN * 50,
        )


def _request_line(url: str) -> str:
    parts = urlsplit(url)
    return f"GET {parts.path}?{parts.query} HTTP/1.1\r\n"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_explains_that_the_address_is_too_long(member_client: Client, path: str) -> None:
    response = member_client.get(f"{path}?{LONG}")

    assertContains(response, "has at most 4,000 characters", status_code=414)


@pytest.mark.parametrize("path", [LIST, f"{LIST}C000001/", "/organizers/"])
def test_a_stranger_gets_the_page_of_an_unknown_organizer(
    stranger_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer()

    assert stranger_client.get(f"{path}?{LONG}").status_code == 414


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson", "text/csv"])
def test_the_api_and_its_streams_reject_a_long_query_string_in_json(
    export_client: Client, media_type: str
) -> None:
    response = export_client.get(f"{API}?{LONG}", headers={"Accept": media_type})

    assert response.status_code == 414
    assert response.json() == {"detail": "The query string has more than 4000 characters."}


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("ordering", ["email", "name,locale,email,-date_joined,identifier"])
def test_the_links_of_the_longest_query_string_reach_the_last_page(
    api_client: Client, ordering: str
) -> None:
    query = f"page_size=1&ordering={ordering}&x="
    url, seen = f"{API}?{query.ljust(MAX_QUERY_LENGTH - 20, 'y')}", []

    while url:
        assert len(_request_line(url)) < limit_request_line
        page = api_client.get(url).json()
        seen += [row["identifier"][0] for row in page["results"]]
        url = page["next"]

    assert sorted(seen) == ["0", "1", "2"]


@pytest.mark.usefixtures("customers")
def test_the_links_of_a_list_with_a_long_search_are_accepted(member_client: Client) -> None:
    search = quote(HAN * MAX_SEARCH_LENGTH)
    page = member_client.get(f"{LIST}?search={search}&ordering=name&overview=on&columns=name")
    links = {unescape(link) for link in re.findall(r'href="([^"#]+)"', page.content.decode())}

    long = [link for link in links if search in link]

    assert len(long) > 10
    assert {member_client.get(link).status_code for link in long} == {200}


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(("length", "has_list"), [(150, True), (MAX_SEARCH_LENGTH, False)])
def test_the_page_of_a_customer_links_back_to_the_list_unless_the_link_is_too_long(
    member_client: Client, length: int, has_list: bool
) -> None:
    search = quote(HAN * length)
    page = member_client.get(f"{LIST}?search={search}").content.decode()
    link = unescape(re.findall(r'id="customer-0I[^>]* href="([^"]+)"', page)[0])

    detail = member_client.get(link).content.decode()

    assert (f'href="{LIST}?search={search}#customer-0' in detail) is has_list
    assert len(_request_line(link)) < limit_request_line


def test_a_visitor_signs_in_for_a_list_with_a_long_address(client: Client, member: User) -> None:
    long = f"{LIST}?search={'%C3%BC' * 500}"

    assertRedirects(
        client.get(f"{LIST}?search=doe"), f"/sign-in/?next={quote(LIST)}%3Fsearch%3Ddoe"
    )
    assertRedirects(client.get(long), f"/sign-in/?next={LIST}")
