"""A member's default columns: stored and removed in the menu, and used when the list opens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from e2e.server import Server
from e2e.steps import BIGEVENTS, search_box, sign_in_once
from e2e.test_accessibility import violations
from e2e.test_columns import menu, open_columns

NewContext = Callable[..., BrowserContext]
OWN = f"{BIGEVENTS}?columns=name,phone&density=compact"
STANDARD = ["name", "email", "identifier", "state", "locale", "date_joined", "last_login"]
EXPLICIT = f"{BIGEVENTS}?columns={','.join(STANDARD)}"
USE, FORGET = "Use these columns by default", "Remove my default columns"


# A separate member, because other tests expect the standard columns.
DORA, PASSWORD = "dora@example.org", "bigevents-dora-1"


@pytest.fixture(scope="module")
def dora_state(
    server: Server, browser: Browser, browser_context_args: dict[str, Any]
) -> StorageState:
    account = (DORA, "--organizer", "bigevents", "--password-stdin")
    server.manage("create_staff", *account, typed=f"{PASSWORD}\n")
    with browser.new_context(**browser_context_args) as context:
        return sign_in_once(context.new_page(), DORA, PASSWORD)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(
    new_context: NewContext, dora_state: StorageState, request: pytest.FixtureRequest
) -> Iterator[Page]:
    context = new_context(storage_state=dora_state, java_script_enabled=request.param)
    page = context.new_page()
    yield page
    page.goto(OWN)
    open_columns(page)
    if menu(page).get_by_role("button", name=FORGET).is_visible():
        press(page, FORGET)


def press(page: Page, button: str) -> None:
    with page.expect_response(re.compile("/own-columns/")):
        menu(page).get_by_role("button", name=button).click()


def open_list(page: Page) -> None:
    """Open the list by the link in the bar, after closing the menu."""
    page.keyboard.press("Escape")
    expect(menu(page)).to_be_hidden()
    page.get_by_role("link", name="Customers", exact=True).click()


def use_own(page: Page) -> None:
    page.goto(OWN)
    open_columns(page)
    press(page, USE)


def test_the_list_opens_with_default_columns_until_they_are_removed(page: Page) -> None:
    use_own(page)
    expect(page).to_have_url(OWN)
    open_list(page)
    expect(page).to_have_url(OWN)
    expect(page.locator("th")).to_have_class(["name", "phone"])

    open_columns(page)
    press(page, FORGET)
    open_list(page)

    expect(page).to_have_url(BIGEVENTS)
    expect(page.locator("th")).to_have_class(STANDARD)


def test_the_standard_columns_have_a_url_of_their_own(page: Page) -> None:
    use_own(page)
    page.goto(BIGEVENTS)

    open_columns(page)
    menu(page).get_by_role("link", name="Standard columns").click()
    expect(page).to_have_url(f"{BIGEVENTS}?density=compact")
    if not menu(page).is_visible():
        open_columns(page)
    menu(page).get_by_role("link", name="Comfortable").click()

    expect(page).to_have_url(EXPLICIT)
    expect(page.locator("th")).to_have_class(STANDARD)
    page.reload()
    expect(page.locator("th")).to_have_class(STANDARD)


def test_going_back_restores_the_columns(page: Page) -> None:
    use_own(page)
    page.goto(f"{BIGEVENTS}?search=an")
    page.goto(OWN)
    open_columns(page)
    menu(page).get_by_role("link", name="Email").click()
    expect(page).to_have_url(re.compile("phone,email"))

    page.go_back()
    expect(page).to_have_url(OWN)
    expect(page.locator("th")).to_have_class(["name", "phone"])
    page.go_back()

    expect(page).to_have_url(f"{BIGEVENTS}?search=an")
    expect(page.locator("th")).to_have_class(STANDARD)


def test_a_search_on_the_page_of_a_customer_shows_the_default_columns(page: Page) -> None:
    use_own(page)
    page.goto(OWN)
    page.locator(".customer-link").first.click()

    search_box(page).fill("example")
    search_box(page).press("Enter")

    expect(page).to_have_url(re.compile("search=example&columns=name%2Cphone&density=compact"))
    expect(page.locator("th")).to_have_class(["name", "phone"])


@pytest.mark.parametrize("page", [True], indirect=True)
def test_an_emptied_search_keeps_the_columns_of_the_list(page: Page) -> None:
    use_own(page)
    page.goto(f"{BIGEVENTS}?search=an")

    search_box(page).fill("")

    expect(page).to_have_url(EXPLICIT)
    expect(page.locator("th")).to_have_class(STANDARD)


@pytest.mark.parametrize("page", [True], indirect=True)
def test_the_menu_confirms_stored_columns_and_a_double_click_stores_them_once(page: Page) -> None:
    page.goto(OWN)
    open_columns(page)

    menu(page).get_by_role("button", name=USE).dblclick()

    message = menu(page).get_by_role("status")
    expect(message).to_have_text("The list now opens with these columns for you.")
    expect(menu(page).get_by_role("button", name=FORGET)).to_be_visible()
    assert page.evaluate("scrollY") == 0
    assert violations(page) == ""


@pytest.mark.parametrize("page", [True], indirect=True)
def test_a_members_columns_are_stored_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    use_own(page)

    page.goto(BIGEVENTS)

    expect(page).to_have_url(OWN)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("page", [True], indirect=True)
@pytest.mark.parametrize("status", [500, None], ids=["error", "no network"])
def test_columns_that_could_not_be_stored_are_reported_in_the_menu(
    page: Page, status: int | None
) -> None:
    page.goto(OWN)
    open_columns(page)
    page.route(
        "**/own-columns/", lambda r: r.fulfill(status=status) if status else r.abort("aborted")
    )

    menu(page).get_by_role("button", name=USE).click()

    message = menu(page).get_by_role("status")
    expect(message).to_have_text("Your columns could not be stored. Try again.")
    page.unroute_all()
    menu(page).get_by_role("button", name=USE).click()
    expect(message).to_have_text("The list now opens with these columns for you.")
