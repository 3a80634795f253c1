"""The customers that the member opened last, which the empty search box offers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import CLARA, CLARAS_PASSWORD
from e2e.steps import BIGEVENTS, PLAYHOUSE, customer_rows, filter_chip, search_box, sign_in

DOE = f"{BIGEVENTS}8WSAJCJ/"
HOSTILE = f"{PLAYHOUSE}has.dot-and_us/"
KEYS = "Object.keys(sessionStorage).filter(key => key.startsWith('recent/'))"
ADD_MISSING = """() => {
  const [key] = Object.keys(sessionStorage);
  const gone = { identifier: "GONE", name: "Gone", email: "" };
  sessionStorage[key] = JSON.stringify([gone, ...JSON.parse(sessionStorage[key])]);
}"""


def recent(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Recently opened")


def open_some(page: Page, number: int) -> list[str]:
    """Open several customers, and return their names, the last opened first."""
    page.goto(f"{PLAYHOUSE}?search=u001")
    addresses = [
        link.get_attribute("href") or ""
        for link in customer_rows(page).get_by_role("link").all()[:number]
    ]
    names: list[str] = []
    for address in addresses:
        page.goto(address)
        names.insert(0, page.get_by_role("heading", level=1).inner_text())
    return names


def test_the_empty_box_offers_the_customers_that_were_opened_last(clara_page: Page) -> None:
    names = open_some(clara_page, 2)
    clara_page.goto(PLAYHOUSE)

    clara_page.keyboard.press("Control+k")
    expect(recent(clara_page).locator("a > bdi:first-child")).to_have_text(names)
    expect(clara_page.get_by_role("status")).to_contain_text("Recently opened")
    clara_page.keyboard.press("ArrowDown")
    clara_page.keyboard.press("ArrowDown")
    clara_page.keyboard.press("Enter")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text(names[1])


def test_the_empty_box_offers_eight_customers_except_the_displayed_customer(
    clara_page: Page,
) -> None:
    names = open_some(clara_page, 10)
    clara_page.go_back()
    expect(clara_page.get_by_role("heading", level=1)).to_have_text(names[1])

    search_box(clara_page).click()

    expect(recent(clara_page).locator("a > bdi:first-child")).to_have_text([names[0], *names[2:8]])


def test_typing_and_escape_close_the_menu(clara_page: Page) -> None:
    open_some(clara_page, 1)
    clara_page.goto(PLAYHOUSE)
    search_box(clara_page).click()
    expect(recent(clara_page)).to_be_visible()

    clara_page.keyboard.press("u")
    expect(recent(clara_page)).to_be_hidden()
    clara_page.keyboard.press("Backspace")
    expect(recent(clara_page)).to_be_visible()
    clara_page.keyboard.press("ArrowDown")
    expect(recent(clara_page).get_by_role("link")).to_be_focused()
    clara_page.keyboard.press("Escape")

    expect(recent(clara_page)).to_be_hidden()
    expect(search_box(clara_page)).to_be_focused()


def test_the_menu_closes_when_the_box_loses_the_focus(clara_page: Page) -> None:
    open_some(clara_page, 1)
    clara_page.goto(PLAYHOUSE)
    search_box(clara_page).click()

    clara_page.get_by_role("heading", level=1).click()

    expect(recent(clara_page)).to_be_hidden()


def test_a_box_focused_by_a_script_offers_no_customers(clara_page: Page) -> None:
    open_some(clara_page, 1)
    clara_page.goto(f"{PLAYHOUSE}?search=u001")

    filter_chip(clara_page, "Search").press("Enter")

    expect(search_box(clara_page)).to_be_focused()
    expect(recent(clara_page)).to_be_hidden()


def test_organizers_do_not_share_the_opened_customers(clara_page: Page) -> None:
    open_some(clara_page, 1)
    clara_page.goto(DOE)
    clara_page.goto(BIGEVENTS)

    search_box(clara_page).click()

    expect(recent(clara_page).get_by_role("link")).to_have_count(1)
    expect(recent(clara_page)).to_contain_text("John Doe")


def test_hostile_text_is_escaped_in_the_menu(clara_page: Page) -> None:
    clara_page.goto(HOSTILE)
    clara_page.goto(PLAYHOUSE)

    search_box(clara_page).click()

    expect(recent(clara_page).locator("bdi").first).to_have_text("=cmd|' /C calc'!A0")


def test_only_the_session_storage_has_the_customers(clara_page: Page) -> None:
    open_some(clara_page, 1)

    assert len(clara_page.evaluate(KEYS)) == 1
    assert clara_page.evaluate("localStorage.length") == 0


def test_signing_out_removes_the_stored_customers(clara_page: Page, playhouse: str) -> None:
    clara_page.context.clear_cookies()
    clara_page.goto(playhouse)
    sign_in(clara_page, CLARA, CLARAS_PASSWORD)
    expect(customer_rows(clara_page).first).to_be_visible()
    clara_page.goto(DOE)
    assert len(clara_page.evaluate(KEYS)) == 1

    clara_page.get_by_role("button", name="Account").click()
    clara_page.get_by_role("button", name="Sign out").click()

    expect(clara_page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect_no_stored_customers(clara_page)


def test_the_sign_in_of_another_member_removes_the_stored_customers(clara_page: Page) -> None:
    clara_page.goto(DOE)
    assert len(clara_page.evaluate(KEYS)) == 1
    clara_page.context.clear_cookies()
    # The sign-in page, which removes all stored customers, is in another tab.
    other = clara_page.context.new_page()
    other.goto("/sign-in/")
    sign_in(other)
    expect(other).to_have_url(BIGEVENTS)

    clara_page.goto(BIGEVENTS)

    expect_no_stored_customers(clara_page)


def expect_no_stored_customers(page: Page) -> None:
    page.wait_for_function(f"{KEYS}.length === 0")


@pytest.mark.expects_console_errors
def test_a_deleted_customer_is_no_longer_offered(clara_page: Page) -> None:
    open_some(clara_page, 1)
    clara_page.evaluate(ADD_MISSING)
    clara_page.goto(PLAYHOUSE)
    search_box(clara_page).click()
    recent(clara_page).get_by_role("link", name="Gone").click()
    expect(clara_page.get_by_role("heading", name="Page not found")).to_be_visible()

    search_box(clara_page).click()

    expect(recent(clara_page).get_by_role("link")).to_have_count(1)


@pytest.mark.expects_console_errors
def test_customers_of_an_organizer_without_access_are_removed(staff_page: Page) -> None:
    staff_page.goto(DOE)
    key = staff_page.evaluate(KEYS)[0]
    other = key.replace("bigevents", "playhouse")
    staff_page.evaluate("other => sessionStorage[other] = '[]'", other)

    staff_page.goto(PLAYHOUSE)

    staff_page.wait_for_function(f"!sessionStorage.getItem('{other}')")
