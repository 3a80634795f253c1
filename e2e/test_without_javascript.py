"""Everything works without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.conftest import CLARA, CLARAS_PASSWORD
from e2e.steps import (
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    filter_chip,
    search_box,
    sign_in,
    sort_link,
)

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def plain_page(new_context: NewContext, clara_state: StorageState) -> Page:
    """The list of Clara in a browser without JavaScript."""
    page = new_context(storage_state=clara_state, java_script_enabled=False).new_page()
    page.goto(PLAYHOUSE)
    return page


def test_a_member_signs_in_and_out(new_context: NewContext, playhouse: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{playhouse}?search=u001")

    sign_in(page, CLARA, CLARAS_PASSWORD)
    expect(count_above_table(page, "10 of 127 customers")).to_be_visible()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_enter_searches(plain_page: Page) -> None:
    search_box(plain_page).fill("u0012")
    search_box(plain_page).press("Enter")

    expect(customer_rows(plain_page)).to_have_count(1)
    expect(search_box(plain_page)).to_have_value("u0012")


def test_filters_open_and_apply(plain_page: Page) -> None:
    plain_page.get_by_role("button", name="Language").click()
    plain_page.get_by_role("checkbox", name="German").check()
    plain_page.get_by_role("button", name="Show customers").click()

    expect(count_above_table(plain_page, "58 of 127 customers")).to_be_visible()
    filter_chip(plain_page, "Language German").click()
    expect(count_above_table(plain_page, "127 customers")).to_be_visible()


def test_a_relative_date_is_a_link(plain_page: Page) -> None:
    plain_page.get_by_role("button", name="Registered").click()
    plain_page.get_by_role("link", name="More than a year ago").click()
    expect(filter_chip(plain_page, "Registered more than a year ago")).to_be_visible()

    search_box(plain_page).fill("u001")
    search_box(plain_page).press("Enter")

    expect(plain_page).to_have_url(re.compile(r"search=u001&.*date_joined_until=-1y"))


def test_a_filter_keeps_the_order_and_page_size_and_shows_the_first_page(
    plain_page: Page,
) -> None:
    sort_link(plain_page, "Identifier").click()
    plain_page.get_by_role("link", name="25", exact=True).click()
    plain_page.get_by_role("link", name="Next").click()
    expect(plain_page.get_by_text("Page 2 of 6", exact=True)).to_be_visible()

    plain_page.get_by_role("button", name="Language").click()
    plain_page.get_by_role("checkbox", name="German").check()
    plain_page.get_by_role("button", name="Show customers").click()

    expect(plain_page.get_by_text("Page 1 of 3", exact=True)).to_be_visible()
    by_identifier = plain_page.get_by_role("columnheader", name="Identifier")
    expect(by_identifier).to_have_attribute("aria-sort", "ascending")
    expect(customer_rows(plain_page)).to_have_count(25)


def test_the_list_is_sorted_and_paged_and_a_customer_is_opened(plain_page: Page) -> None:
    sort_link(plain_page, "Identifier").click()
    plain_page.get_by_role("link", name="Next").click()
    expect(plain_page.get_by_text("Page 2 of 3", exact=True)).to_be_visible()
    here = plain_page.url
    customer_rows(plain_page).get_by_role("link").first.click()
    expect(plain_page.get_by_role("article")).to_be_visible()

    plain_page.get_by_role("link", name="Back to the filtered list").click()

    assert plain_page.url.partition("#")[0] == here


def test_controls_that_need_javascript_are_hidden(plain_page: Page) -> None:
    plain_page.goto(f"{PLAYHOUSE}ETH3WGD/")

    expect(plain_page.get_by_role("button", name="Copy")).to_have_count(0)


def test_a_page_is_reached_by_its_number(plain_page: Page) -> None:
    plain_page.goto(f"{PLAYHOUSE}?locale=de&page_size=25")

    plain_page.get_by_label("Go to page").fill("3")
    plain_page.get_by_label("Go to page").press("Enter")

    expect(plain_page).to_have_url(f"{PLAYHOUSE}?locale=de&page_size=25&page=3")
    expect(customer_rows(plain_page)).to_have_count(8)
