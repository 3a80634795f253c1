"""Two actions at once: the second comes before the response to the first, and both take effect."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.steps import (
    PLAYHOUSE,
    click_at_once,
    count_above_table,
    filter_button,
    filter_chip,
    hold_first_request,
    hold_requests,
    release_first_request,
    requests_for_customers,
    search_box,
    sort_link,
)
from e2e.test_tokens import TOKENS

ANY = re.compile(r"/customers/\?")
TYPE_AND_CLICK = """(link, text) => {
    const search = document.getElementById("search");
    search.value = text;
    search.dispatchEvent(new Event("input", { bubbles: true }));
    link.click();
}"""


@pytest.mark.parametrize(
    ("query", "first", "second", "left"),
    [
        ("state=active&locale=de&locale=en", "State Active", "Language German", "locale=en"),
        (
            "locale=de&locale=en&page_size=25&page=2",
            "Language German",
            "Language English",
            "page_size=25",
        ),
    ],
)
def test_two_chips_are_removed_at_once(
    clara_page: Page, query: str, first: str, second: str, left: str
) -> None:
    clara_page.goto(f"{PLAYHOUSE}?{query}")
    hold_first_request(clara_page, ANY)
    filter_chip(clara_page, first).click()

    filter_chip(clara_page, second).click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?{left}")
    expect(filter_chip(clara_page, first)).to_have_count(0)


def test_an_order_and_a_filter_both_take_effect(clara_page: Page) -> None:
    hold_first_request(clara_page, ANY)
    sort_link(clara_page, "Name").click()

    filter_button(clara_page, "State").click()
    clara_page.get_by_role("checkbox", name="Anonymised").check()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?state=anonymised&ordering=name")


def test_a_date_and_a_search_both_take_effect(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    clara_page.get_by_role("textbox", name="From").fill("2019-01-01")
    hold_first_request(clara_page, ANY)
    with clara_page.expect_request(ANY):
        clara_page.get_by_role("button", name="Show customers").click()

    search_box(clara_page).fill("u001")

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&date_joined_since=2019-01-01")


def test_a_search_and_an_order_both_take_effect(clara_page: Page) -> None:
    hold_first_request(clara_page, ANY)
    with clara_page.expect_request(ANY):
        search_box(clara_page).fill("u001")

    sort_link(clara_page, "Name").click()

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")
    expect(search_box(clara_page)).to_have_value("u001")


def _type_and_click(text: str, link: Locator) -> None:
    """Type a search and click, before the delayed request of the search is sent."""
    link.evaluate(TYPE_AND_CLICK, text)


def test_a_typed_search_and_an_order_both_take_effect(clara_page: Page) -> None:
    _type_and_click("u001", sort_link(clara_page, "Name"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_have_value("u001")


def test_a_typed_search_and_a_page_link_show_the_first_page_of_the_search(clara_page: Page) -> None:
    _type_and_click("u001", clara_page.get_by_role("link", name="Next"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_a_typed_search_and_the_chip_that_removes_the_search(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")

    _type_and_click("u0015", filter_chip(clara_page, "Search"))

    expect(clara_page).to_have_url(PLAYHOUSE)
    expect(search_box(clara_page)).to_have_value("")


def test_a_checkbox_that_is_checked_and_unchecked_at_once_does_not_filter(clara_page: Page) -> None:
    filter_button(clara_page, "State").click()
    hold_first_request(clara_page, ANY)
    clara_page.get_by_role("checkbox", name="Anonymised").check()

    clara_page.get_by_role("checkbox", name="Anonymised").uncheck()

    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")
    expect(clara_page).to_have_url(PLAYHOUSE)
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()


def page_link(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True)


def state_box(page: Page, value: str) -> Locator:
    """The checkbox of a state, also in a closed menu."""
    return page.locator(f"[type=checkbox][name=state][value='{value}']")


def test_an_order_a_filter_and_a_page_link_at_once(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?page_size=25")

    click_at_once(
        sort_link(clara_page, "Name"),
        state_box(clara_page, "active"),
        page_link(clara_page, "Next"),
    )

    # The page number would belong to the former list.
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?state=active&ordering=name&page_size=25")
    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")
    expect(state_box(clara_page, "active")).to_be_checked()


def test_a_page_link_and_an_order_at_once(clara_page: Page) -> None:
    click_at_once(page_link(clara_page, "Next"), sort_link(clara_page, "Name"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")


def test_a_page_link_and_a_filter_at_once(clara_page: Page) -> None:
    click_at_once(page_link(clara_page, "Next"), state_box(clara_page, "active"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?state=active")


def test_two_page_links_at_once(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?page=2")

    click_at_once(page_link(clara_page, "Next"), page_link(clara_page, "First"))

    expect(clara_page).to_have_url(PLAYHOUSE)


def test_a_page_size_that_is_changed_back_at_once(clara_page: Page) -> None:
    click_at_once(
        sort_link(clara_page, "Name"), page_link(clara_page, "100"), page_link(clara_page, "50")
    )

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")


def test_two_languages_are_checked_at_once(clara_page: Page) -> None:
    boxes = [
        clara_page.locator(f"[type=checkbox][name=locale][value={locale}]")
        for locale in ("de", "en")
    ]

    click_at_once(*boxes)

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?locale=de&locale=en")
    for box in boxes:
        expect(box).to_be_checked()


def test_clear_filters_also_removes_a_filter_whose_request_is_running(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=g&locale=de&ordering=name")
    hold_first_request(clara_page, ANY)
    with clara_page.expect_request(ANY):
        state_box(clara_page, "inactive").evaluate("box => box.click()")

    _type_and_click("g12", clara_page.get_by_role("link", name="Clear filters"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")
    expect(state_box(clara_page, "inactive")).not_to_be_checked()
    expect(search_box(clara_page)).to_have_value("")


def test_a_typed_search_and_the_chip_of_another_filter(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?state=active&locale=de")

    _type_and_click("u001", filter_chip(clara_page, "State Active"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&locale=de")
    expect(search_box(clara_page)).to_have_value("u001")


def test_a_typed_search_is_requested_once(clara_page: Page) -> None:
    clara_page.clock.install()
    clara_page.goto(PLAYHOUSE)
    sent = requests_for_customers(clara_page)

    _type_and_click("u001", sort_link(clara_page, "Name"))
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    clara_page.clock.run_for(1000)
    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")

    assert len(sent) == 1


def test_text_that_is_typed_during_a_request_is_in_the_next_request(
    clara_page: Page,
) -> None:
    held = hold_requests(clara_page, re.compile("ordering=name$"))
    sort_link(clara_page, "Name").click()
    # The search box has no focus, because htmx keeps the value of a focused box in any case.
    search_box(clara_page).evaluate("box => { box.value = 'u001' }")

    release_first_request(clara_page, held)
    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")
    expect(search_box(clara_page)).to_have_value("u001")
    sort_link(clara_page, "Identifier").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=identifier")


@pytest.mark.expects_console_errors
def test_trying_again_after_a_failure_repeats_both_actions(clara_page: Page) -> None:
    hold_requests(clara_page, re.compile("ordering=name$"))
    sort_link(clara_page, "Name").click()
    clara_page.route(re.compile("search="), lambda route: route.fulfill(status=500))
    search_box(clara_page).fill("u001")
    expect(clara_page.get_by_role("alert")).to_contain_text("Something went wrong")
    clara_page.unroute_all()

    clara_page.get_by_role("button", name="Try again").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")


@pytest.mark.expects_console_errors
def test_a_link_to_a_page_that_failed_is_tried_again(clara_page: Page) -> None:
    clara_page.route(ANY, lambda route: route.fulfill(status=503))
    page_link(clara_page, "Next").click()
    expect(clara_page.get_by_role("alert")).to_contain_text("The database is busy")
    clara_page.unroute_all()

    clara_page.get_by_role("button", name="Try again").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?page=2")


TWICE = """button => {
  button.click();
  setTimeout(() => button.click());
}"""


def test_a_double_click_creates_one_token_and_shows_its_key(staff_page: Page) -> None:
    staff_page.goto(TOKENS)
    staff_page.get_by_label("Name").fill("twice")

    staff_page.get_by_role("button", name="Create token").evaluate(TWICE)

    expect(staff_page.get_by_text(re.compile(r"^portal_\w{42}$"))).to_be_visible()
    expect(staff_page.get_by_role("row", name=re.compile("^twice"))).to_have_count(1)
