"""A list with relative dates stays the same list when pages are opened after midnight."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from portal.conftest import CustomerMaker

LIST = "/organizers/bigevents/customers/"
JSON = f"/api/v1{LIST}"
# An evening in Europe/Berlin, the time zone of the organizer.
EVENING = datetime(2026, 11, 27, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
Clock = Callable[[datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def set_now(now: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return set_now


@pytest.fixture
def customers(make_customer: CustomerMaker, set_clock: Clock) -> None:
    """Creates 60 customers who registered on each of the last three days."""
    set_clock(EVENING)
    for number in range(180):
        make_customer(date_joined=EVENING - timedelta(days=number % 3))


def _follow_link(client: Client, url: str, name: str) -> str:
    page = client.get(url).content.decode()
    [href] = re.findall(rf'<a id="page-{name}"[^>]* href="([^"]+)"', page)
    return unescape(href)


def _identifiers(client: Client, url: str) -> list[str]:
    return re.findall(r'id="customer-([\w.-]+)"', client.get(url).content.decode())


@pytest.mark.usefixtures("customers")
def test_json_pages_opened_after_midnight_continue_the_list(
    api_client: Client, set_clock: Clock
) -> None:
    url = f"{JSON}?date_joined_since=-1d&ordering=identifier"
    pages: list[dict[str, Any]] = [api_client.get(url).json()]

    set_clock(EVENING + timedelta(hours=1))
    while pages[-1]["next"]:
        pages.append(api_client.get(pages[-1]["next"]).json())
    back = api_client.get(pages[1]["previous"]).json()

    assert {page["count"] for page in pages} == {120}
    assert len({row["identifier"] for page in pages for row in page["results"]}) == 120
    assert back["results"] == pages[0]["results"]
    assert api_client.get(url).json()["count"] == 60


@pytest.mark.usefixtures("customers")
def test_html_pages_opened_after_midnight_continue_the_list(
    member_client: Client, set_clock: Clock
) -> None:
    url = f"{LIST}?date_joined_since=-1d"
    first, second = _identifiers(member_client, url), _follow_link(member_client, url, "next")

    set_clock(EVENING + timedelta(hours=1))
    third = _follow_link(member_client, second, "next")
    found = [*first, *_identifiers(member_client, second), *_identifiers(member_client, third)]

    assert len(set(found)) == 120
    assert _identifiers(member_client, _follow_link(member_client, second, "previous")) == first
    assert "As of</span> <bdi>2026-11-27" in member_client.get(second).content.decode()


@pytest.mark.usefixtures("customers")
def test_the_previous_and_next_customer_are_those_of_the_opened_list(
    member_client: Client, set_clock: Clock
) -> None:
    page = member_client.get(f"{LIST}?date_joined_since=-1d").content.decode()
    [first, *_others] = re.findall(r'class="customer-link" href="([^"]+)"', page)

    set_clock(EVENING + timedelta(hours=1))
    detail = member_client.get(unescape(first)).content.decode()

    assert "1 of 120" in detail
    assert "as_of=2026-11-27" in detail


@pytest.mark.usefixtures("customers")
def test_the_first_page_has_no_day_in_its_url_and_no_page_has_a_label_for_the_day(
    member_client: Client,
) -> None:
    url = f"{LIST}?date_joined_since=-1d"
    first, second = (
        member_client.get(each).content.decode()
        for each in (url, _follow_link(member_client, url, "next"))
    )

    assert f'<link rel="canonical" href="{url}">' in first
    assert "As of</span>" not in first + second


@pytest.mark.usefixtures("customers")
def test_a_link_to_another_order_uses_the_current_day(member_client: Client) -> None:
    url = f"{LIST}?date_joined_since=-1d&as_of=2026-11-20&page=2"

    page = member_client.get(url).content.decode()

    assert f'href="{LIST}?date_joined_since=-1d&amp;ordering=name"' in page
