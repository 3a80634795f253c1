"""The overview above the list, over HTTP."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.organizers.models import Organizer

LIST: Final = "/organizers/bigevents/customers/"
SECTION: Final = 'aria-labelledby="overview-title"'
CELLS: Final = re.compile(r'<th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>([\d,]+)</td>')


def get(client: Client, query: str) -> str:
    return client.get(f"{LIST}?{query}").content.decode()


def groups(page: str) -> list[tuple[str, str, int]]:
    """The URL, the label and the number of customers of each group in the tables."""
    found = re.findall(CELLS, page)
    return [(unescape(href), label, int(number)) for href, label, number in found]


def count(client: Client, url: str) -> int:
    """The number of customers in the list of a URL."""
    response = client.get(url)
    assert response.status_code == 200
    return len(re.findall('id="customer-', response.content.decode()))


@pytest.fixture
def customers(organizer: Organizer, make_customer: CustomerMaker) -> None:
    """Thirty customers who registered around the ends of three months in Berlin."""
    Organizer.objects.filter(pk=organizer.pk).update(timezone="Europe/Berlin")
    for number in range(30):
        make_customer(
            is_active=bool(number % 5),
            is_verified=bool(number % 2),
            locale=["de", "fr", "en"][number % 3],
            date_joined=f"2026-{number % 3 + 1:02}-{28 if number % 2 else 1}T23:30:00Z",
        )


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "search=customer&locale=de&locale=fr",
        "state_not=active",
        "locale_not=de",
        "state=active&state=inactive&ordering=-date_joined",
        "date_joined_since=2026-01-15&date_joined_until=2026-03-15",
        "date_joined_since=2026-01-01T23:45:00Z&date_joined_until=2026-03-01T23:30:00Z",
        "date_joined_since=-10y",
    ],
)
def test_every_group_leads_to_a_list_of_exactly_its_customers(
    member_client: Client, query: str
) -> None:
    found = groups(get(member_client, f"overview=on&{query}"))

    assert len(found) >= 3
    for url, _label, number in found:
        assert count(member_client, url) == number
        assert "overview=on" in url


@pytest.mark.usefixtures("customers")
def test_the_days_of_a_month_are_those_of_the_time_zone(member_client: Client) -> None:
    found = groups(get(member_client, "overview=on"))

    days = "date_joined_since=2026-02-01&date_joined_until=2026-02-28"
    assert (f"{LIST}?{days}&overview=on", "Feb 2026", 5) in found


@pytest.mark.usefixtures("customers")
def test_the_columns_are_links_with_the_numbers_of_the_table(member_client: Client) -> None:
    page = get(member_client, "overview=on")

    columns = re.findall(r'<a href="([^"]+)" tabindex="-1"><title>([^:]+): (\d+)</title>', page)
    found = [(unescape(href), label, int(number)) for href, label, number in columns]
    assert found == groups(page)[: len(found)]
    assert sum(number for *_group, number in found) == 30


def test_a_month_without_customers_keeps_its_place_and_has_no_link(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(date_joined="2025-12-15T12:00:00Z")
    make_customer(date_joined="2026-02-15T12:00:00Z")

    page = get(member_client, "overview=on")

    assert '<th scope="row">Jan 2026</th><td>0</td>' in page


@pytest.mark.parametrize(("first", "title"), [("2021-02", "by month"), ("2021-01", "by year")])
def test_with_more_than_sixty_months_the_columns_are_years(
    member_client: Client, make_customer: CustomerMaker, first: str, title: str
) -> None:
    make_customer(date_joined=f"{first}-15T12:00:00Z")
    make_customer(date_joined="2026-01-15T12:00:00Z")

    page = get(member_client, "overview=on")

    assert f"Registered {title}" in page
    assert all(count(member_client, url) == number for url, _label, number in groups(page))


@pytest.mark.parametrize("others", [0, 1])
def test_registrations_far_ahead_are_counted_without_a_link(
    member_client: Client, make_customer: CustomerMaker, others: int
) -> None:
    make_customer(date_joined="2090-05-15T12:00:00Z")
    for _number in range(others):
        make_customer(date_joined="2026-05-15T12:00:00Z")

    page = get(member_client, "overview=on")

    period = "2090" if others else "May 2090"
    assert f'<th scope="row">{period}</th><td>1</td>' in page
    assert f"<title>{period}: 1</title></rect>" in page
    assert "date_joined_since=2090" not in page
    assert all(count(member_client, url) == number for url, _label, number in groups(page))


def test_an_empty_list_has_no_overview(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    assertNotContains(member_client.get(f"{LIST}?overview=on&search=zz"), SECTION)


def test_the_overview_is_shown_on_demand_only(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    page = get(member_client, "search=customer")
    assert SECTION not in page
    assert f'id="overview-toggle" class="filter-button overview-toggle" href="{LIST}?search' in page

    page = get(member_client, "search=customer&overview=on")
    assert SECTION in page
    assert f'href="{LIST}?search=customer" data-set="overview" data-value=""' in page
    assert '<input id="id_overview" name="overview" value="on">' in page


def test_another_value_is_an_error(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    response = member_client.get(LIST, {"overview": "<b>"})

    assertContains(response, "The overview must be on, or left out.", status_code=422)


@pytest.mark.django_db(transaction=True)  # as in production, where time limits need no savepoint
@pytest.mark.parametrize("query", ["", "search=o", "locale=de&ordering=-last_login"])
def test_the_overview_takes_one_more_query(
    member_client: Client, make_customer: CustomerMaker, query: str
) -> None:
    make_customer(locale="de")
    get(member_client, query)
    with CaptureQueriesContext(connection) as without:
        get(member_client, query)

    with CaptureQueriesContext(connection) as queries:
        assert SECTION in get(member_client, f"{query}&overview=on")

    assert len(queries) == len(without) + 1


def test_a_stranger_sees_no_overview(stranger_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    assert stranger_client.get(f"{LIST}?overview=on").status_code == 404


def test_a_view_with_its_overview_is_not_changed(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(last_login=None)
    slug = re.findall(r"\?view=([\w-]+)", get(member_client, ""))[0]

    page = get(member_client, f"view={slug}&overview=on")

    assert f"view={slug}&amp;overview=on" in page or SECTION in page
    assert "Update view" not in page
    assert "Reset" not in page


def test_an_export_has_no_overview(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer()

    page = get(member_client, "overview=on&locale=en")
    form = page.partition('class="export-form"')[2].partition("</form>")[0]

    assert 'name="overview"' not in form
