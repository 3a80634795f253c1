"""Narrow windows, zoomed pages and long names: everything is readable and works."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, PLAYHOUSE, customer_rows, filter_button, sort_link
from e2e.test_accessibility import violations
from e2e.test_columns import SHIFTS

VIEWS = "/organizers/bigevents/views/"
WIDER = "document.documentElement.scrollWidth - innerWidth"
SCROLLED = "strip => strip.scrollLeft"
EDGE = "menu => getComputedStyle(menu).borderTopWidth"
BORDER = "menu => getComputedStyle(menu).borderTopColor"
BACKGROUND = "menu => getComputedStyle(menu).backgroundColor"


def test_the_page_number_of_a_long_list_is_not_cut_off(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 320, "height": 600})
    staff_page.goto(BIGEVENTS)

    staff_page.locator(".pager-number").evaluate("e => e.textContent = 'Page 12,345 of 20,000'")

    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_links_to_the_first_and_last_page_and_a_form_for_others(
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


def test_an_exact_match_with_long_values_fits_into_the_window(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 320, "height": 600})
    staff_page.goto(f"{BIGEVENTS}?search=8wsajcj&is_active=false")

    values = staff_page.get_by_role("region", name="Exact match").locator("bdi, .identifier")
    values.evaluate_all("each => each.forEach(e => { e.textContent = 'x'.repeat(190) })")

    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [320, 390])
def test_the_menu_of_a_customer_is_within_the_window(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(f"{BIGEVENTS}8WSAJCJ/")

    staff_page.get_by_text("More", exact=True).click()

    expect(staff_page.get_by_role("button", name="Deactivate")).to_be_in_viewport(ratio=1)
    expect(staff_page.get_by_role("link", name="JSON")).to_be_in_viewport(ratio=1)
    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [320, 683, 768])
def test_a_long_organizer_name_leaves_room_for_the_search_box(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 600})
    staff_page.goto(BIGEVENTS)

    staff_page.locator(".switcher-name").evaluate("e => e.textContent = 'Long name '.repeat(5)")

    box = staff_page.get_by_role("searchbox").bounding_box()
    assert box
    assert box["width"] >= 150
    assert staff_page.evaluate(WIDER) <= 0


def test_the_headings_on_a_phone_keep_their_scroll_position(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 390, "height": 800})
    staff_page.goto(BIGEVENTS)
    strip = staff_page.locator("thead tr")
    sort_link(staff_page, "Last sign-in").scroll_into_view_if_needed()
    before = strip.evaluate(SCROLLED)
    assert before > 0

    sort_link(staff_page, "Last sign-in").click()

    expect(staff_page).to_have_url(re.compile("ordering=-last_login"))
    expect(sort_link(staff_page, "Last sign-in")).to_be_in_viewport()
    # The arrow of the order is in another heading now, so the row of headings is a little shorter.
    assert abs(strip.evaluate(SCROLLED) - before) < 5


def test_menus_have_a_border_in_forced_colours(
    new_context: Callable[..., BrowserContext], staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.goto(BIGEVENTS)

    filter_button(page, "State").click()

    menu = page.locator("#filter-state")
    assert menu.evaluate(EDGE) == "1px"
    assert menu.evaluate(BORDER) != menu.evaluate(BACKGROUND)


SMALL = [390, 320]
CUT = "each => each.filter(e => e.scrollWidth > e.clientWidth + 1).length"


def phone(new_context: NewContext, state: StorageState, width: int = 390, **options: Any) -> Page:
    options |= {"storage_state": state, "has_touch": True, "reduced_motion": "reduce"}
    page = new_context(**options).new_page()
    page.set_viewport_size({"width": width, "height": 844})
    return page


def sheet_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Filters"))


def sheet(page: Page) -> Locator:
    """The open sheet. A closed sheet has no role."""
    return page.locator("#sheet:popover-open")


@pytest.mark.parametrize("width", SMALL)
def test_the_first_customer_stands_at_the_top_of_a_phone(
    new_context: NewContext, staff_state: StorageState, width: int
) -> None:
    page = phone(new_context, staff_state, width)
    page.goto(BIGEVENTS)

    box, tabs = customer_rows(page).first.bounding_box(), page.locator("#views").bounding_box()

    assert box
    assert box["y"] <= 300
    assert tabs
    assert tabs["height"] <= 40
    assert page.evaluate(WIDER) <= 0


def test_a_filter_is_chosen_in_the_sheet_by_three_touches(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = phone(new_context, staff_state)
    page.goto(BIGEVENTS)

    sheet_button(page).tap()
    filter_button(page, "Language").tap()
    page.get_by_role("checkbox", name=re.compile(r"^German \d")).tap()

    expect(page).to_have_url(f"{BIGEVENTS}?locale=de")
    expect(page.get_by_role("checkbox", name=re.compile(r"^German \d"))).to_be_visible()
    page.get_by_role("button", name="Show customers").tap()
    expect(sheet(page)).to_have_count(0)
    expect(sheet_button(page)).to_have_accessible_name("Filters 1 active")


def test_the_sheet_works_by_keyboard_and_returns_the_focus(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = phone(new_context, staff_state)
    page.goto(BIGEVENTS)

    sheet_button(page).press("Enter")
    filter_button(page, "Language").press("Enter")
    page.get_by_role("checkbox", name=re.compile(r"^German \d")).press("Space")
    expect(page).to_have_url(f"{BIGEVENTS}?locale=de")
    page.keyboard.press("Escape")
    expect(filter_button(page, "Language")).to_be_focused()
    page.keyboard.press("Escape")

    expect(sheet(page)).to_have_count(0)
    expect(sheet_button(page)).to_be_focused()


def test_a_touch_outside_the_sheet_only_closes_the_sheet(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = phone(new_context, staff_state)
    page.goto(BIGEVENTS)
    sheet_button(page).tap()

    page.touchscreen.tap(100, 340)

    expect(sheet(page)).to_have_count(0)
    expect(page).to_have_url(BIGEVENTS)


@pytest.mark.parametrize("width", SMALL)
def test_the_sheet_works_without_javascript(
    new_context: NewContext, clara_state: StorageState, width: int
) -> None:
    page = phone(new_context, clara_state, width, java_script_enabled=False)
    page.goto(f"{PLAYHOUSE}?state=active")

    sheet_button(page).tap()
    filter_button(page, "Language").tap()
    page.get_by_role("checkbox", name=re.compile(r"^German \d")).check()
    page.get_by_role("button", name="Show customers").tap()
    expect(sheet_button(page)).to_have_accessible_name("Filters 2 active")

    sheet_button(page).tap()
    page.get_by_role("button", name="Columns").tap()
    page.get_by_role("link", name="Phone").tap()
    expect(page).to_have_url(re.compile("columns=.*phone"))


def test_the_sheet_has_the_export(new_context: NewContext, staff_state: StorageState) -> None:
    page = phone(new_context, staff_state)
    page.goto(f"{BIGEVENTS}?search=8wsajcj")
    sheet_button(page).tap()
    sheet(page).get_by_role("button", name="Export").tap()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).tap()

    assert download.value.suggested_filename.endswith(".csv")


def test_the_sheet_has_the_overview(new_context: NewContext, staff_state: StorageState) -> None:
    page = phone(new_context, staff_state)
    page.goto(f"{BIGEVENTS}?state=unverified")
    sheet_button(page).tap()

    sheet(page).get_by_role("link", name="Overview").tap()

    expect(page).to_have_url(f"{BIGEVENTS}?state=unverified&overview=on")
    expect(sheet(page)).to_have_count(0)
    expect(page.get_by_role("region", name="Overview")).to_be_visible()


def test_a_wide_window_has_no_sheet(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 768, "height": 900})
    staff_page.goto(BIGEVENTS)

    expect(sheet_button(staff_page)).to_have_count(0)
    expect(filter_button(staff_page, "Language")).to_be_visible()
    expect(staff_page.get_by_role("button", name="Export")).to_have_count(1)
    expect(staff_page.get_by_role("link", name="Overview")).to_have_count(1)


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("scripted", [True, False])
def test_an_error_in_the_closed_sheet_is_marked_and_its_notice_has_the_focus(
    new_context: NewContext, staff_state: StorageState, *, scripted: bool
) -> None:
    page = phone(new_context, staff_state, java_script_enabled=scripted)
    page.goto(BIGEVENTS)

    sheet_button(page).tap()
    filter_button(page, "Registered").tap()
    page.get_by_role("textbox", name="From").fill("2026-02-01")
    page.get_by_role("textbox", name="Up to").fill("2026-01-01")
    page.get_by_role("button", name="Show customers").tap()

    notice = page.get_by_role("group", name="No customers are shown")
    expect(notice).to_contain_text("The end is before the start.")
    expect(notice).to_be_focused()
    expect(sheet_button(page)).to_have_accessible_name("Filters 1 active – not valid")


@pytest.mark.parametrize("width", [*SMALL, 768])
@pytest.mark.parametrize("columns", ["", "?columns=name,email,phone,external_identifier,locale"])
def test_emails_are_not_cut_off_and_chosen_columns_are_visible(
    new_context: NewContext, staff_state: StorageState, width: int, columns: str
) -> None:
    page = phone(new_context, staff_state, width)
    page.goto(f"{BIGEVENTS}{columns}")
    row = customer_rows(page).first

    row.locator(".name-email bdi").evaluate(
        "e => e.textContent = 'someone.with.a.long.name'.repeat(3) + '@subdomain.example.org'"
    )

    assert page.locator("tbody td, .name-email").evaluate_all(CUT) == 0
    assert page.evaluate(WIDER) <= 0
    for name in ("phone", "external_identifier", "locale") if columns else ():
        expect(row.locator(f"td.{name}")).to_be_visible()


@pytest.mark.parametrize("width", [*SMALL, 1440])
def test_nothing_moves_when_the_counts_of_the_tabs_are_loaded(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.add_init_script(SHIFTS)
    staff_page.goto(BIGEVENTS)

    tabs = staff_page.get_by_role("navigation", name="Saved views")
    expect(tabs.get_by_role("link", name=re.compile(r"Never signed in \d"))).to_be_attached()

    assert staff_page.evaluate("window.shift ?? 0") == 0


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark")])
def test_the_sheet_has_no_accessibility_violations(
    new_context: NewContext, staff_state: StorageState, width: int, scheme: str
) -> None:
    page = phone(new_context, staff_state, width, color_scheme=scheme)
    page.goto(f"{BIGEVENTS}?locale=de&columns=name,email,phone&page_size=25")
    assert violations(page) == ""

    sheet_button(page).tap()
    assert violations(page) == ""
    filter_button(page, "Language").tap()

    assert violations(page) == ""


def test_the_sheet_has_a_border_in_forced_colours(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = phone(new_context, staff_state, forced_colors="active")
    page.goto(f"{BIGEVENTS}?locale=de")
    assert sheet_button(page).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"

    sheet_button(page).tap()

    assert sheet(page).evaluate(EDGE) == "1px"
    assert sheet(page).evaluate(BORDER) != sheet(page).evaluate(BACKGROUND)


def test_the_tab_of_a_private_view_is_visible_on_a_phone(staff_page: Page) -> None:
    staff_page.set_viewport_size({"width": 390, "height": 844})
    staff_page.goto(f"{VIEWS}new/?state=active")
    staff_page.get_by_label("Name").fill("A private view of the narrow window")
    staff_page.get_by_role("button", name="Save view").click()

    tabs = staff_page.get_by_role("navigation", name="Saved views")
    expect(tabs.get_by_role("link", name="A private view")).to_be_in_viewport(ratio=0.9)
    wider = staff_page.evaluate(WIDER)
    staff_page.goto(VIEWS)
    staff_page.get_by_role("link", name="Delete A private view").click()
    staff_page.get_by_role("button", name="Delete view").click()

    assert wider <= 0


LOWEST = "elements => Math.min(...elements.map(each => each.getBoundingClientRect().height))"


@pytest.mark.parametrize(
    "path",
    [
        f"{BIGEVENTS}?locale=de",
        f"{BIGEVENTS}8WSAJCJ/",
        f"{BIGEVENTS}8WSAJCJ/edit/",
        f"{VIEWS}new/?locale=de",
        "/organizers/bigevents/tokens/",
        "/organizers/bigevents/history/",
    ],
)
def test_every_button_has_the_height_of_a_touch(
    new_context: NewContext, staff_state: StorageState, path: str
) -> None:
    page = phone(new_context, staff_state, 390)
    page.goto(path)

    assert page.get_by_role("button").filter(visible=True).evaluate_all(LOWEST) >= 44
    assert page.get_by_role("link", name="Edit").evaluate_all(LOWEST) >= 44


def test_the_row_with_the_focus_keeps_its_last_sign_in(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = phone(new_context, staff_state, 390)
    page.goto(f"{BIGEVENTS}?ordering=-last_login")

    page.get_by_role("link", name="Last sign-in").press("Tab")
    customer_rows(page).first.get_by_role("link").focus()

    expect(customer_rows(page).first.locator("td.last_login .relative")).to_be_visible()
