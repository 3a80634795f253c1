"""The overview above the list: a link shows the overview, and its bars link to customers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import BIGEVENTS, count_above_table, filter_chip
from e2e.test_accessibility import violations

NewContext = Callable[..., BrowserContext]


def test_the_overview_link_shows_and_hides_the_overview(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?state=unverified")
    overview = staff_page.get_by_role("region", name="Overview")
    expect(overview).to_have_count(0)

    staff_page.get_by_role("link", name="Overview").click()
    expect(overview.get_by_role("link", name=re.compile("^Unverified 283"))).to_be_visible()
    expect(staff_page).to_have_url(f"{BIGEVENTS}?state=unverified&overview=on")

    staff_page.get_by_role("link", name="Overview").click()
    expect(overview).to_have_count(0)
    expect(staff_page).to_have_url(f"{BIGEVENTS}?state=unverified")


def test_a_bar_of_the_chart_leads_to_the_customers_of_its_month(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?overview=on&date_joined_since=2026-01-01")
    column = staff_page.locator("svg a").first
    number = column.locator("title").text_content()
    assert number

    column.click()

    expect(
        count_above_table(staff_page, f"{number.split()[-1]} of 5,000 customers")
    ).to_be_visible()
    expect(filter_chip(staff_page, "Registered up to 2026-01-31")).to_be_visible()


def test_the_overview_needs_no_javascript(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, java_script_enabled=False).new_page()
    page.goto(f"{BIGEVENTS}?date_joined_since=2026-01-01")

    page.get_by_role("link", name="Overview").click()
    page.get_by_text("Tables", exact=True).click()
    page.get_by_role("link", name="Feb 2026").click()

    expect(page).to_have_url(
        re.compile("date_joined_since=2026-02-01&date_joined_until=2026-02-28")
    )
    expect(page.get_by_role("region", name="Overview")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_open_tables_have_no_violations_in_forced_colours(
    new_context: NewContext, staff_state: StorageState, width: int
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{BIGEVENTS}?overview=on&date_joined_since=2026-01-01")
    page.get_by_text("Tables", exact=True).click()

    assert violations(page) == ""


@pytest.mark.parametrize("width", [320, 390, 768])
def test_the_page_is_not_wider_than_the_window(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(f"{BIGEVENTS}?overview=on&date_joined_since=2022-01-01")
    staff_page.get_by_text("Tables", exact=True).click()

    assert staff_page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_printed_list_has_the_charts(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?overview=on")
    staff_page.emulate_media(media="print")

    expect(staff_page.locator("svg rect").last).to_be_visible()
    expect(staff_page.get_by_text("Tables", exact=True)).to_be_hidden()
