"""Keys of the search box: arrow keys move into the list and back, Enter opens the only match."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.steps import (
    BIGEVENTS,
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    hold_requests,
    release_first_request,
    search_box,
    sort_link,
)

ONE = re.compile(r"\?search=u0012$")
TEN = re.compile(r"\?search=u001$")


def row_link(page: Page, number: int) -> Locator:
    return customer_rows(page).nth(number).get_by_role("link")


def test_arrow_keys_lead_from_the_box_through_the_rows_and_back(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    search_box(clara_page).focus()

    clara_page.keyboard.press("ArrowDown")
    expect(row_link(clara_page, 0)).to_be_focused()
    clara_page.keyboard.press("ArrowDown")
    expect(row_link(clara_page, 1)).to_be_focused()
    clara_page.keyboard.press("ArrowUp")
    expect(row_link(clara_page, 0)).to_be_focused()
    clara_page.keyboard.press("ArrowUp")

    expect(search_box(clara_page)).to_be_focused()
    expect(search_box(clara_page)).to_have_value("u001")


def test_enter_opens_the_row_that_an_arrow_key_focused(clara_page: Page) -> None:
    search_box(clara_page).press_sequentially("u001")
    clara_page.keyboard.press("ArrowDown")
    expect(row_link(clara_page, 0)).to_be_focused()
    name = row_link(clara_page, 0).inner_text()

    clara_page.keyboard.press("Enter")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text(name)
    clara_page.go_back()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(row_link(clara_page, 0)).to_be_focused()


def test_an_arrow_key_waits_for_the_rows_of_the_typed_search(clara_page: Page) -> None:
    held = hold_requests(clara_page, TEN)
    with clara_page.expect_request(TEN):
        search_box(clara_page).press_sequentially("u001")

    clara_page.keyboard.press("ArrowDown")
    expect(search_box(clara_page)).to_be_focused()
    release_first_request(clara_page, held)

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(row_link(clara_page, 0)).to_be_focused()


def test_the_last_row_keeps_the_focus(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u0012")
    search_box(clara_page).focus()

    clara_page.keyboard.press("ArrowDown")
    clara_page.keyboard.press("ArrowDown")

    expect(row_link(clara_page, 0)).to_be_focused()


def test_an_exact_match_is_the_first_that_an_arrow_key_leads_to(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?is_active=false&search=8wsajcj")
    search_box(staff_page).focus()

    staff_page.keyboard.press("ArrowDown")

    match = staff_page.get_by_role("region", name="Exact match, ignoring the other filters")
    expect(match.get_by_role("link")).to_be_focused()


def test_enter_opens_a_single_match(clara_page: Page) -> None:
    search_box(clara_page).fill("u0012")
    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()

    search_box(clara_page).press("Enter")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text("G12 Ünï<b>")
    clara_page.go_back()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u0012")


def test_enter_opens_the_only_match_of_the_last_typed_text(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u0015")
    held = hold_requests(clara_page, ONE)
    search_box(clara_page).fill("u0012")
    with clara_page.expect_request(ONE):
        search_box(clara_page).press("Enter")
    expect(customer_rows(clara_page)).to_have_count(1)

    release_first_request(clara_page, held)

    expect(clara_page.get_by_role("heading", level=1)).to_have_text("G12 Ünï<b>")
    clara_page.unroute_all()
    clara_page.go_back()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u0012")


@pytest.mark.parametrize("path", ["?search=u001", "?search=u00&page_size=25", "?page_size=200"])
def test_enter_opens_no_customer_if_several_match(clara_page: Page, path: str) -> None:
    clara_page.goto(f"{PLAYHOUSE}{path}")

    with clara_page.expect_response(re.compile(r"/customers/\?")):
        search_box(clara_page).press("Enter")

    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")
    expect(clara_page.get_by_role("heading", level=1)).to_have_text("Customers")


def test_enter_in_an_empty_box_opens_no_customer(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?email=idem@alpha.example")
    expect(customer_rows(clara_page)).to_have_count(1)

    with clara_page.expect_response(re.compile(r"/customers/\?")):
        search_box(clara_page).press("Enter")

    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")
    expect(clara_page.get_by_role("heading", level=1)).to_have_text("Customers")


def test_text_that_is_typed_after_enter_opens_no_customer(clara_page: Page) -> None:
    held = hold_requests(clara_page, ONE)
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    search_box(clara_page).press("2")
    with clara_page.expect_request(ONE):
        search_box(clara_page).press("Enter")

    search_box(clara_page).press("Backspace")
    release_first_request(clara_page, held)

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_enter_and_another_action_at_once(clara_page: Page) -> None:
    held = hold_requests(clara_page, ONE)
    search_box(clara_page).fill("u0012")
    with clara_page.expect_request(ONE):
        search_box(clara_page).press("Enter")

    sort_link(clara_page, "Name").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u0012&ordering=name")
    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()
    assert len(held) == 1


COMPOSE = """(box, key) => box.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, isComposing: true }))"""


@pytest.mark.parametrize("key", ["ArrowDown", "Enter"])
def test_keys_of_an_input_method_do_not_move_the_focus(clara_page: Page, key: str) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u0012")
    search_box(clara_page).focus()

    assert search_box(clara_page).evaluate(COMPOSE, key)

    expect(search_box(clara_page)).to_be_focused()


@pytest.mark.parametrize("key", ["Alt+ArrowDown", "Control+ArrowDown", "Shift+ArrowDown"])
def test_arrow_keys_with_another_key_stay_in_the_box(clara_page: Page, key: str) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    search_box(clara_page).focus()

    clara_page.keyboard.press(key)

    expect(search_box(clara_page)).to_be_focused()
