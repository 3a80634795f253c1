"""Who acts again before the first act is answered: both count."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.steps import PLAYHOUSE, chip, count, filter_button, header, hold, hold_first, search_box
from e2e.test_tokens import TOKENS

ANY = re.compile(r"/customers/\?")
TYPE_AND_CLICK = """(link, words) => {
    const search = document.getElementById("search");
    search.value = words;
    search.dispatchEvent(new Event("input", { bubbles: true }));
    link.click();
}"""


@pytest.mark.parametrize(
    ("query", "first", "second", "left"),
    [
        ("is_active=true&locale=de&locale=en", "Status Active", "Language German", "locale=en"),
        (
            "locale=de&locale=en&page_size=25&page=2",
            "Language German",
            "Language English",
            "page_size=25",
        ),
    ],
)
def test_two_chips_are_dropped(
    clara_page: Page, query: str, first: str, second: str, left: str
) -> None:
    clara_page.goto(f"{PLAYHOUSE}?{query}")
    hold_first(clara_page, ANY)
    chip(clara_page, first).click()

    chip(clara_page, second).click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?{left}")
    expect(chip(clara_page, first)).to_have_count(0)


def test_an_order_and_a_filter(clara_page: Page) -> None:
    hold_first(clara_page, ANY)
    header(clara_page, "Name").click()

    filter_button(clara_page, "Status").click()
    clara_page.get_by_role("radio", name="Inactive").check()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?is_active=false&ordering=name")


def test_a_day_and_a_search(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    clara_page.get_by_role("textbox", name="From").fill("2019-01-01")
    hold_first(clara_page, ANY)
    with clara_page.expect_request(ANY):
        clara_page.get_by_role("button", name="Show customers").click()

    search_box(clara_page).fill("u001")

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&date_joined_since=2019-01-01")


def test_a_search_and_an_order(clara_page: Page) -> None:
    hold_first(clara_page, ANY)
    with clara_page.expect_request(ANY):
        search_box(clara_page).fill("u001")

    header(clara_page, "Name").click()

    expect(count(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")
    expect(search_box(clara_page)).to_have_value("u001")


def _type_and_click(words: str, link: Locator) -> None:
    """At once: what is typed is asked for a moment later."""
    link.evaluate(TYPE_AND_CLICK, words)


def test_words_that_were_just_typed_and_an_order(clara_page: Page) -> None:
    _type_and_click("u001", header(clara_page, "Name"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")
    expect(count(clara_page, "10 of 127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_have_value("u001")


def test_words_that_were_just_typed_and_another_page(clara_page: Page) -> None:
    _type_and_click("u001", clara_page.get_by_role("link", name="Next"))

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(count(clara_page, "10 of 127 customers")).to_be_visible()


def test_words_that_were_just_typed_and_the_chip_that_drops_them(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")

    _type_and_click("u0015", chip(clara_page, "Search"))

    expect(clara_page).to_have_url(PLAYHOUSE)
    expect(search_box(clara_page)).to_have_value("")


def test_what_is_chosen_and_taken_back_is_off(clara_page: Page) -> None:
    filter_button(clara_page, "Status").click()
    hold_first(clara_page, ANY)
    clara_page.get_by_role("radio", name="Inactive").check()

    clara_page.get_by_role("group", name="Status").get_by_role("radio", name="Any").check()

    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")
    expect(clara_page).to_have_url(PLAYHOUSE)
    expect(count(clara_page, "127 customers")).to_be_visible()


@pytest.mark.expects_console_errors
def test_a_failure_that_is_tried_again_is_both_acts(clara_page: Page) -> None:
    hold(clara_page, re.compile("ordering=name$"))
    header(clara_page, "Name").click()
    clara_page.route(re.compile("search="), lambda route: route.fulfill(status=500))
    search_box(clara_page).fill("u001")
    expect(clara_page.get_by_role("alert")).to_contain_text("Something went wrong")
    clara_page.unroute_all()

    clara_page.get_by_role("button", name="Try again").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")


TWICE = """button => {
  button.click();
  setTimeout(() => button.click());
}"""


def test_a_second_click_makes_no_second_token_and_hides_no_key(staff_page: Page) -> None:
    staff_page.goto(TOKENS)
    staff_page.get_by_label("Name").fill("twice")

    staff_page.get_by_role("button", name="Create token").evaluate(TWICE)

    expect(staff_page.get_by_text(re.compile(r"^portal_\w{42}$"))).to_be_visible()
    expect(staff_page.get_by_role("row", name=re.compile("^twice"))).to_have_count(1)
