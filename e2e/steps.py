"""Steps and locators that many tests share."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Request, Route, StorageState, expect

from e2e.server import EMAIL, PASSWORD

BIGEVENTS = "/organizers/bigevents/customers/"
PLAYHOUSE = "/organizers/playhouse/customers/"


def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Fill in the sign-in form that the page shows."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_in_once(page: Page, *account: str) -> StorageState:
    """The cookies of a member, by email and password, after a sign-in."""
    page.goto("/sign-in/")
    sign_in(page, *account)
    expect(page).not_to_have_url(re.compile("/sign-in/"))
    return page.context.storage_state()


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search customers")


def customer_rows(page: Page) -> Locator:
    """The rows of customers, without the headings."""
    return page.get_by_role("row").filter(has=page.get_by_role("cell"))


def customer_names(page: Page) -> list[str]:
    """The names of the customers in the list, from top to bottom."""
    return customer_rows(page).get_by_role("link").all_inner_texts()


def count_above_table(page: Page, text: str) -> Locator:
    """The count above the table, with this text."""
    return page.get_by_text(text, exact=True).and_(page.locator("#count, #count *"))


def wait_for_tabs(page: Page) -> None:
    """Wait for the counts of the saved views, which the page requests after loading."""
    views = page.get_by_role("navigation", name="Saved views")
    expect(views.get_by_role("link", name=re.compile(r"Never signed in\s+[\d–]"))).to_be_visible()


def sort_link(page: Page, name: str) -> Locator:
    """The link in the heading of a column, which sorts the list by this column."""
    return page.get_by_role("columnheader", name=name).get_by_role("link")


def filter_button(page: Page, name: str) -> Locator:
    """The button that opens a group of filters."""
    return page.get_by_role("form", name="Filters").get_by_role("button", name=name)


def open_menu(page: Page, name: str) -> None:
    """Open a menu of the list. On a phone the menu is in the sheet."""
    sheet = page.get_by_role("button", name=re.compile("^Filters"))
    if sheet.is_visible():
        sheet.click()
    page.get_by_role("button", name=name).click()


def filter_chip(page: Page, text: str) -> Locator:
    """The chip of an active filter: a click removes the filter."""
    return page.get_by_role("list", name="Active filters").get_by_role("link", name=text)


def hold_requests(page: Page, address: str | re.Pattern[str]) -> list[Route]:
    """Hold requests to a matching URL until the test releases the request."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))
    return held


def hold_first_request(page: Page, address: str | re.Pattern[str]) -> None:
    """Hold the first request to a matching URL; later requests get a response."""
    page.route(address, lambda _route: None, times=1)


def click_at_once(*elements: Locator) -> None:
    """Click all these elements before the page sends a request."""
    first, *others = [element.element_handle() for element in elements]
    first.evaluate(
        "(first, others) => [first, ...others].forEach(element => element.click())", others
    )


def requests_for_customers(page: Page) -> list[Request]:
    """The requests that the page sends from now on."""
    requests: list[Request] = []
    page.on("request", lambda one: requests.append(one) if "/customers/" in one.url else None)
    return requests


def release_first_request(page: Page, held: list[Route]) -> None:
    """Release the first held request. First waits until the page has sent the request."""
    for _attempt in range(1000):
        if held:
            break
        page.evaluate("0")
    held[0].continue_()
