"""The columns and the row height that a URL chooses, over HTTP."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.customers.query.columns import STANDARD

LIST = "/organizers/bigevents/customers/"
SWAP = {"HX-Request": "true", "HX-Target": "div#results", "HX-Source": "a#column-phone"}
LAYOUT = "columns=phone,name&density=compact"


def get(client: Client, query: str) -> str:
    return client.get(f"{LIST}?{query}").content.decode()


def headings(page: str) -> list[str]:
    return re.findall(r'<th scope="col" class="(\w+)"', page)


def link(page: str, element: str) -> str:
    """The URL of the link with the id `name` on a page."""
    [tag] = re.findall(rf'<a id="{element}"[^>]*>', page)
    return unescape(tag.partition('href="')[2].partition('"')[0])


def test_the_url_chooses_the_columns_and_their_order(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(phone="+49 30 23125", external_identifier="CRM-7")

    page = get(member_client, "columns=external_identifier,name,phone")

    assert headings(page) == ["external_identifier", "name", "phone"]
    assert "+49 30 23125" in page
    assert "CRM-7" in page
    assert "customer1<wbr>" not in page


@pytest.mark.parametrize("name", ["columns", "density"])
def test_an_unknown_value_is_an_error_as_in_filters(
    member_client: Client, make_customer: CustomerMaker, name: str
) -> None:
    make_customer()

    response = member_client.get(LIST, {name: "name,<b>", "search": "customer"})

    assertContains(response, "No customers are shown", status_code=422)
    assertNotContains(response, "customer1<wbr>", status_code=422)
    assertContains(response, f'href="{LIST}?search=customer" data-drop="{name}"', status_code=422)


@pytest.mark.parametrize(
    "element", ["order-name", "page-next", "size-25", "chip-1", "chip-all", "column-phone-down"]
)
def test_every_link_keeps_the_layout(
    member_client: Client, make_customer: CustomerMaker, element: str
) -> None:
    for _number in range(60):
        make_customer(locale="de")

    url = link(get(member_client, f"search=customer&locale=de&{LAYOUT}"), element)

    assert "density=compact" in url
    assert "columns=" in url
    assert member_client.get(url).status_code == 200


def test_the_form_keeps_the_layout(member_client: Client) -> None:
    page = get(member_client, LAYOUT)

    assert '<input id="id_columns" name="columns" value="phone,name">' in page
    assert '<input id="id_density" name="density" value="compact">' in page


def test_the_page_of_a_customer_leads_back_to_the_layout_and_keeps_it_for_its_neighbours(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = [make_customer() for _number in range(3)]
    url = link(get(member_client, LAYOUT), f"customer-{made[0].identifier}")

    detail = member_client.get(url).content.decode()

    assert link(detail, "back") == f"{LIST}?{LAYOUT}#customer-{made[0].identifier}"
    neighbour = member_client.get(link(detail, "next")).content.decode()
    assert link(neighbour, "back") == f"{LIST}?{LAYOUT}#customer-{made[1].identifier}"


def test_a_swap_has_the_canonical_url_of_the_layout(member_client: Client) -> None:
    query = {"density": "comfortable", "columns": " name,, phone"}

    response = member_client.get(LIST, query, headers=SWAP)

    assert response["HX-Push-Url"] == f"{LIST}?columns=name,phone"
    assertContains(response, 'id="columns" class="popover filter columns"')


def test_rows_are_compact_on_demand(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    assert 'class="table compact"' in get(member_client, "density=compact")
    assert 'class="table"' in get(member_client, "density=comfortable")


def test_the_menu_shows_hides_and_moves_each_column(member_client: Client) -> None:
    page = get(member_client, "columns=name,phone")

    assert link(page, "column-phone") == f"{LIST}?columns=name"
    assert link(page, "column-phone-up") == f"{LIST}?columns=phone,name"
    assert link(page, "column-name-down") == f"{LIST}?columns=phone,name"
    assert link(page, "column-email") == f"{LIST}?columns=name,phone,email"
    assert link(page, "columns-standard") == LIST
    assert link(page, "density-compact") == f"{LIST}?columns=name,phone&density=compact"


def test_a_column_at_an_end_moves_no_further_and_the_name_cannot_be_hidden(
    member_client: Client,
) -> None:
    page = get(member_client, "columns=name,phone")

    assert link(page, "column-name-up") == link(page, "column-phone-down") == ""
    assert 'id="column-name"' not in page


def test_the_standard_columns_have_the_shortest_url(member_client: Client) -> None:
    page = get(member_client, "columns=name,email,identifier")
    while 'id="columns-standard"' in page:
        hidden = re.findall(r'<a id="(column-\w+)"[^>]*>(?:(?!</a>).)*hidden;', page)
        page = member_client.get(link(page, hidden[0])).content.decode()

    assert link(page, "density-comfortable") == LIST


@pytest.mark.django_db(transaction=True)  # as in production, where facets need no savepoint
def test_a_list_with_all_columns_runs_no_further_query(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _number in range(60):
        make_customer(phone="1", external_identifier=None)
    with CaptureQueriesContext(connection) as standard:
        menu = get(member_client, "")
    for name in ("phone", "external_identifier", "last_modified"):
        menu = member_client.get(link(menu, f"column-{name}")).content.decode()
    url = link(menu, "density-compact")

    with CaptureQueriesContext(connection) as queries:
        page = member_client.get(url).content.decode()

    assert headings(page) == [*STANDARD, "phone", "external_identifier", "last_modified"]
    assert len(queries) == len(standard)
