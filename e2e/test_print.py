"""Lists and customers on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, customer_rows, filter_chip

LIST = f"{BIGEVENTS}?search=an&locale=de&page_size=50"
API = "/organizers/bigevents/api/"
TOKENS = "/organizers/bigevents/tokens/"
WHEN = re.compile(r"^Big Events LLC · \d{1,2} \w{3} \d{4}, \d\d:\d\d CES?T$")


def print_preview(page: Page, path: str) -> None:
    page.goto(path)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})


def test_a_printed_list_shows_the_organizer_the_filters_and_the_time(staff_page: Page) -> None:
    staff_page.goto(LIST)
    expect(staff_page.get_by_text(WHEN)).to_be_hidden()

    print_preview(staff_page, LIST)

    expect(staff_page.get_by_text(WHEN)).to_be_visible()
    expect(staff_page.get_by_role("heading", name="Customers")).to_be_visible()
    expect(filter_chip(staff_page, "Language German")).to_be_visible()
    expect(staff_page.get_by_text(re.compile(r"of 5,000 customers$")).first).to_be_visible()
    expect(customer_rows(staff_page)).to_have_count(50)


@pytest.mark.parametrize("path", [LIST, f"{BIGEVENTS}8WSAJCJ/", API, TOKENS])
def test_paper_has_no_controls(staff_page: Page, path: str) -> None:
    print_preview(staff_page, path)

    controls = staff_page.locator("button, input, select, summary, form").filter(visible=True)
    expect(controls).to_have_count(0)
    for name in ("Main", "Saved views", "Position in the list"):
        expect(staff_page.get_by_role("navigation", name=name)).to_have_count(0)
    for name in ("Next", "Save view", "Clear filters", "JSON"):
        expect(staff_page.get_by_role("link", name=name)).to_have_count(0)


def test_examples_of_the_api_wrap_on_paper(staff_page: Page) -> None:
    print_preview(staff_page, API)

    cut = staff_page.evaluate(
        "[...document.querySelectorAll('.code')].filter(each => each.checkVisibility())"
        ".filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"
    )

    assert cut == []


def test_nothing_is_cut_off_on_paper(staff_page: Page) -> None:
    print_preview(staff_page, LIST)

    cut = staff_page.evaluate(
        "[...document.querySelectorAll('tbody td, tbody td *')]"
        ".filter(each => getComputedStyle(each).overflowX !== 'visible')"
        ".filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"
    )

    assert cut == []


def test_times_on_paper_are_exact(staff_page: Page) -> None:
    print_preview(staff_page, BIGEVENTS)

    times = customer_rows(staff_page).locator("time").filter(visible=True)

    assert times.count() > 20
    texts = [text.strip() for text in times.all_inner_texts()]
    assert [text for text in texts if not re.search(r"\d\d:\d\d CES?T$", text)] == []


@pytest.mark.parametrize("path", [LIST, f"{BIGEVENTS}8WSAJCJ/"])
def test_paper_is_white_in_the_dark_theme(staff_page: Page, base_url: str, path: str) -> None:
    staff_page.context.add_cookies([{"name": "theme", "value": "dark", "url": base_url}])
    print_preview(staff_page, path)

    expect(staff_page.locator("body")).to_have_css("color", "oklch(0.255 0.02 330)")


def test_printed_pages_are_numbered_and_a_list_fits_on_the_paper(staff_page: Page) -> None:
    print_preview(staff_page, LIST)

    pages = staff_page.pdf(format="A4").count(b"/Type /Page\n")
    wider = staff_page.evaluate("document.documentElement.scrollWidth - innerWidth")
    rules = staff_page.evaluate(
        "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules])"
        ".filter(rule => rule instanceof CSSPageRule).map(rule => rule.cssText)"
    )

    assert 2 <= pages <= 4
    assert wider <= 0
    assert "counter(page)" in rules[0]
    assert "counter(pages)" in rules[0]


def test_a_long_value_is_printed_in_full(
    new_context: NewContext, gallery_state: StorageState
) -> None:
    page = new_context(storage_state=gallery_state).new_page()
    page.goto("/organizers/gallery/new-customer/")
    page.get_by_label("Email").fill("paper@example.org")
    page.get_by_role("button", name="Create customer").click()
    page.get_by_role("link", name="Edit account note").click()
    page.get_by_role("textbox", name="Account note").fill(f"{'word ' * 50}end")
    page.get_by_role("button", name="Save").click()
    change = page.locator(".event").first
    expect(change.get_by_text("Show all")).to_be_visible()

    print_preview(page, page.url)

    expect(change.get_by_text("Show all")).to_be_hidden()
    expect(change.get_by_text(re.compile(r"word end$"))).to_be_visible()
