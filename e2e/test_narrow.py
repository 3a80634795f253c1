"""A phone, a zoomed page, long names, long lists: nothing is lost for want of room."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import BIGEVENTS, filter_button, header

WIDER = "document.documentElement.scrollWidth - innerWidth"
SCROLLED = "strip => strip.scrollLeft"
EDGE = "menu => getComputedStyle(menu).borderTopWidth"
BORDER = "menu => getComputedStyle(menu).borderTopColor"
BACKGROUND = "menu => getComputedStyle(menu).backgroundColor"


def test_the_page_number_of_a_long_list_has_room(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 320, "height": 600})
    staff_page.goto(BIGEVENTS)

    staff_page.locator(".pager-number").evaluate("e => e.textContent = 'Page 12,345 of 20,000'")

    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_the_first_and_the_last_page_and_any_other(
    staff_page: Page, width: int
) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(f"{BIGEVENTS}?page=3")
    pager = staff_page.get_by_role("navigation", name="Pages")

    for name in ("First", "Previous", "Next", "Last"):
        expect(pager.get_by_role("link", name=name, exact=True)).to_be_visible()
    assert staff_page.evaluate(WIDER) <= 0

    pager.get_by_label("Go to page").fill("7")
    pager.get_by_role("button", name="Go").click()

    expect(staff_page).to_have_url(f"{BIGEVENTS}?page=7")
    expect(pager).to_contain_text("Page 7 of ")


def test_an_exact_match_of_long_values_has_room(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 320, "height": 600})
    staff_page.goto(f"{BIGEVENTS}?search=8wsajcj&is_active=false")

    values = staff_page.get_by_role("region", name="Exact match").locator("bdi, .identifier")
    values.evaluate_all("each => each.forEach(e => { e.textContent = 'x'.repeat(190) })")

    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [320, 683, 768])
def test_a_long_name_of_an_organizer_leaves_room_to_search(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 600})
    staff_page.goto(BIGEVENTS)

    staff_page.locator(".switcher-name").evaluate("e => e.textContent = 'Long name '.repeat(5)")

    box = staff_page.get_by_role("searchbox").bounding_box()
    assert box
    assert box["width"] >= 150
    assert staff_page.evaluate(WIDER) <= 0


def test_the_headings_of_a_phone_stay_where_they_were_moved_to(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 390, "height": 800})
    staff_page.goto(BIGEVENTS)
    strip = staff_page.locator("thead tr")
    header(staff_page, "Last sign-in").scroll_into_view_if_needed()
    before = strip.evaluate(SCROLLED)
    assert before > 0

    header(staff_page, "Last sign-in").click()

    expect(staff_page).to_have_url(re.compile("ordering=-last_login"))
    expect(header(staff_page, "Last sign-in")).to_be_in_viewport()
    # The arrow of the order is in another heading now, and the strip is a little shorter.
    assert abs(strip.evaluate(SCROLLED) - before) < 5


def test_menus_have_an_edge_in_forced_colours(
    new_context: Callable[..., BrowserContext], staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.goto(BIGEVENTS)

    filter_button(page, "State").click()

    menu = page.locator("#filter-state")
    assert menu.evaluate(EDGE) == "1px"
    assert menu.evaluate(BORDER) != menu.evaluate(BACKGROUND)
