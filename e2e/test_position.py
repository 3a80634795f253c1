"""Steps from customer to customer: by links, by keys, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import PLAYHOUSE, customer_rows


def position(page: Page, text: str) -> None:
    navigation = page.get_by_role("navigation", name="Position in the list")
    expect(navigation.get_by_text(text, exact=True)).to_be_visible()


def test_previous_and_next_step_through_the_list(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    names = customer_rows(clara_page).get_by_role("link").all_inner_texts()
    customer_rows(clara_page).nth(1).get_by_role("link").click()
    position(clara_page, "2 of 10")

    clara_page.get_by_role("link", name="Next").click()
    position(clara_page, "3 of 10")
    expect(clara_page.get_by_role("heading", level=1)).to_have_text(names[2])
    clara_page.keyboard.press("Alt+ArrowUp")
    position(clara_page, "2 of 10")
    clara_page.reload()

    expect(clara_page.get_by_role("heading", level=1)).to_have_text(names[1])
    position(clara_page, "2 of 10")


def test_back_marks_the_row_of_the_customer(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    customer_rows(clara_page).first.get_by_role("link").click()
    clara_page.get_by_role("link", name="Next").click()
    position(clara_page, "2 of 10")

    clara_page.get_by_role("link", name="Back to the filtered list").click()

    expect(clara_page.locator("tr:has(:target)")).to_have_count(1)
    expect(customer_rows(clara_page).nth(1)).to_have_css("background-color", re.compile("oklch"))


def test_two_tabs_step_through_two_lists(clara_page: Page) -> None:
    other = clara_page.context.new_page()
    for page, ordering in ((clara_page, "name"), (other, "-name")):
        page.goto(f"{PLAYHOUSE}?search=u001&ordering={ordering}")
        customer_rows(page).nth(4).get_by_role("link").click()
        page.get_by_role("link", name="Next").click()

    for page in (clara_page, other):
        position(page, "6 of 10")
    assert clara_page.url != other.url


@pytest.fixture
def plain_page(new_context: NewContext, clara_state: StorageState) -> Page:
    return new_context(storage_state=clara_state, java_script_enabled=False).new_page()


def test_the_links_work_without_javascript(plain_page: Page) -> None:
    plain_page.goto(f"{PLAYHOUSE}?search=u001")

    customer_rows(plain_page).first.get_by_role("link").click()
    plain_page.get_by_role("link", name="Next").click()

    position(plain_page, "2 of 10")
