"""Failures: an expired session, a failing server, no network, a member without access."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import CLARA, CLARAS_PASSWORD
from e2e.steps import (
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    hold_requests,
    search_box,
    sign_in,
    sort_link,
    wait_for_tabs,
)

SORTED = re.compile("ordering=identifier")
pytestmark = pytest.mark.expects_console_errors


def test_an_expired_session_leads_to_sign_in_and_back_to_the_list(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    wait_for_tabs(clara_page)
    clara_page.context.clear_cookies()

    sort_link(clara_page, "Identifier").click()
    expect(clara_page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(clara_page.get_by_role("table")).to_have_count(0)
    sign_in(clara_page, CLARA, CLARAS_PASSWORD)

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_going_back_without_a_session_leads_to_sign_in_and_then_to_the_list(
    clara_page: Page,
) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    sort_link(clara_page, "Identifier").click()
    expect(clara_page).to_have_url(SORTED)
    clara_page.context.clear_cookies()

    clara_page.go_back()
    expect(clara_page).to_have_url(re.compile("/sign-in/"))
    sign_in(clara_page, CLARA, CLARAS_PASSWORD)

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_a_failure_of_going_back_shows_a_message_and_can_be_tried_again(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    sort_link(clara_page, "Identifier").click()
    expect(clara_page).to_have_url(SORTED)
    clara_page.route("**/customers/?search=u001", lambda route: route.fulfill(status=500))

    clara_page.go_back()
    expect(clara_page.get_by_text("Something went wrong on our side.")).to_be_visible()
    clara_page.unroute_all()
    clara_page.get_by_role("button", name="Try again").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    by_email = clara_page.get_by_role("columnheader", name="Email")
    expect(by_email).to_have_attribute("aria-sort", "ascending")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, "Something went wrong on our side. The list has not changed."),
        (503, "The database is busy or not available. The list has not changed."),
        (404, "You no longer have access to this list, or the list does not exist."),
    ],
)
def test_a_failure_keeps_the_rows_and_can_be_tried_again(
    clara_page: Page, status: int, text: str
) -> None:
    clara_page.route(SORTED, lambda route: route.fulfill(status=status, body="<p>broken</p>"))
    sort_link(clara_page, "Identifier").click()

    expect(clara_page.get_by_role("alert")).to_contain_text(text)
    expect(customer_rows(clara_page)).to_have_count(50)
    expect(clara_page.get_by_text("broken")).to_have_count(0)
    clara_page.unroute(SORTED)
    clara_page.get_by_role("button", name="Try again").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=identifier")
    expect(clara_page.get_by_role("alert")).to_have_count(0)
    expect(clara_page.locator("#caption")).to_be_focused()


def test_without_a_network_the_rows_stay(clara_page: Page) -> None:
    clara_page.route(re.compile("search=u00"), lambda route: route.abort("aborted"))

    search_box(clara_page).fill("u001")

    expect(clara_page.get_by_role("alert")).to_contain_text("There is no connection.")
    expect(customer_rows(clara_page)).to_have_count(50)
    clara_page.unroute(re.compile("search=u00"))
    clara_page.get_by_role("button", name="Try again").click()
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_a_request_that_takes_too_long_is_aborted(clara_page: Page) -> None:
    clara_page.clock.install()
    clara_page.goto(PLAYHOUSE)
    held = hold_requests(clara_page, SORTED)
    with clara_page.expect_request(SORTED):
        sort_link(clara_page, "Identifier").click()

    clara_page.clock.fast_forward(16_000)

    expect(clara_page.get_by_role("alert")).to_contain_text("The request took too long.")
    expect(customer_rows(clara_page)).to_have_count(50)
    assert len(held) == 1


def test_going_back_that_takes_too_long_shows_a_message(clara_page: Page) -> None:
    clara_page.clock.install()
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    sort_link(clara_page, "Identifier").click()
    expect(clara_page).to_have_url(SORTED)
    hold_requests(clara_page, "**/customers/?search=u001")
    with clara_page.expect_request("**/customers/?search=u001"):
        clara_page.go_back()

    clara_page.clock.fast_forward(16_000)

    expect(clara_page.get_by_role("alert")).to_contain_text("The request took too long.")


def test_after_a_retry_without_matches_the_search_box_has_the_focus(clara_page: Page) -> None:
    clara_page.route(re.compile("search="), lambda route: route.fulfill(status=500))
    search_box(clara_page).fill("nobody at all")
    again = clara_page.get_by_role("button", name="Try again")
    again.click()
    expect(clara_page.get_by_text("Something went wrong on our side.")).to_be_visible()
    clara_page.unroute_all()

    again.click()

    expect(clara_page.get_by_text("No customers match these filters")).to_be_visible()
    expect(search_box(clara_page)).to_be_focused()


def test_the_rows_are_marked_as_busy_only_during_a_request(clara_page: Page) -> None:
    held = []
    clara_page.route(SORTED, lambda route: held.append(route))
    results = clara_page.locator("[aria-busy]")

    sort_link(clara_page, "Identifier").click()
    expect(results).to_have_attribute("aria-busy", "true")
    held[0].continue_()

    expect(results).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("organizer", ["smallshows", "nowhere"])
@pytest.mark.parametrize("path", ["customers/", "customers/8WSAJCJ/"])
def test_for_a_stranger_the_organizer_does_not_exist(
    staff_page: Page, organizer: str, path: str
) -> None:
    response = staff_page.goto(f"/organizers/{organizer}/{path}")

    assert response
    assert response.status == 404
    expect(staff_page.get_by_role("heading", name="Page not found")).to_be_visible()
    staff_page.get_by_role("link", name="Go to your customers").click()
    expect(staff_page.get_by_role("heading", name="Customers")).to_be_visible()


def test_the_api_gives_a_stranger_the_response_for_an_unknown_organizer(staff_page: Page) -> None:
    response = staff_page.goto("/api/v1/organizers/smallshows/customers/")

    assert response
    assert response.status == 403
