"""Saved views: a member saves a list, opens the view as a tab, changes and deletes the view."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from e2e.steps import PLAYHOUSE, count_above_table, customer_rows, filter_chip, search_box
from e2e.test_accessibility import LOOKS, Look, page_like, violations

NewContext = Callable[..., BrowserContext]
VIEWS = "/organizers/playhouse/views/"


@pytest.fixture
def page(new_context: NewContext, clara_state: StorageState) -> Page:
    """The list of the playhouse."""
    page = new_context(storage_state=clara_state).new_page()
    page.goto(PLAYHOUSE)
    return page


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Saved views").get_by_role("link", name=name)


def save(page: Page, name: str) -> None:
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save view").click()


def delete(page: Page, name: str) -> None:
    page.goto(VIEWS)
    page.get_by_role("link", name=f"Delete {name}").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_a_list_is_saved_changed_and_deleted(page: Page) -> None:
    search_box(page).fill("u001")
    expect(count_above_table(page, "10 of 127 customers")).to_be_visible()
    save(page, "The first ten")
    expect(tab(page, "The first ten")).to_have_attribute("aria-current", "page")
    expect(tab(page, "The first ten")).to_contain_text("10")
    expect(count_above_table(page, "10 of 127 customers")).to_be_visible()

    search_box(page).fill("u0012")
    expect(page.get_by_text("“The first ten”, changed")).to_be_visible()
    page.get_by_role("link", name="Reset view").click()
    expect(count_above_table(page, "10 of 127 customers")).to_be_visible()

    filter_chip(page, "u001").click()
    expect(count_above_table(page, "127 customers")).to_be_visible()
    expect(page).to_have_url(re.compile("&search=$"))
    page.reload()
    expect(page.get_by_text("“The first ten”, changed")).to_be_visible()

    search_box(page).fill("u0012")
    expect(customer_rows(page)).to_have_count(1)
    page.get_by_role("button", name="Update view").click()
    expect(page.get_by_text("”, changed")).to_have_count(0)
    expect(search_box(page)).to_have_value("u0012")
    expect(tab(page, "The first ten")).to_contain_text("1")

    delete(page, "The first ten")


def test_a_built_in_view_is_two_actions_away(page: Page) -> None:
    tab(page, "Never signed in").click()

    expect(filter_chip(page, "Never")).to_be_visible()
    tab(page, "All").click()
    expect(count_above_table(page, "127 customers")).to_be_visible()


def test_views_work_without_javascript(new_context: NewContext, clara_state: StorageState) -> None:
    page = new_context(storage_state=clara_state, java_script_enabled=False).new_page()
    page.goto(f"{PLAYHOUSE}?search=u001")
    save(page, "Plain")
    expect(count_above_table(page, "10 of 127 customers")).to_be_visible()

    search_box(page).fill("")
    search_box(page).press("Enter")

    expect(count_above_table(page, "127 customers")).to_be_visible()
    expect(page.get_by_text("“Plain”, changed")).to_be_visible()
    delete(page, "Plain")


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_pages_have_no_accessibility_violations(
    new_context: NewContext, clara_state: StorageState, look: Look
) -> None:
    page = page_like(new_context, look, storage_state=clara_state)

    for path in (
        f"{PLAYHOUSE}?view=never-signed-in&search=u",
        VIEWS,
        f"{VIEWS}new/?search=u",
    ):
        page.goto(path)
        assert violations(page) == ""
