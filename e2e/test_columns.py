"""Columns and the height of rows: the menu that chooses them, their URL, and their widths."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from e2e.steps import (
    BIGEVENTS,
    customer_rows,
    filter_button,
    filter_chip,
    open_menu,
    search_box,
    sort_link,
)
from e2e.test_accessibility import LOOKS, Look, page_like, violations

NewContext = Callable[..., BrowserContext]
ALL = (
    "?columns=name,email,identifier,locale,date_joined,last_login,phone,"
    "external_identifier,last_modified"
)
WIDER = "document.documentElement.scrollWidth - innerWidth"
# Rounded: the first row is half a pixel lower, because no line is above the row.
HEIGHTS = "rows => [...new Set(rows.map(row => Math.floor(row.getBoundingClientRect().height)))]"
PLACES = """headings => headings.map(each => {
  const { x, width } = each.getBoundingClientRect(); return [each.className, x, width]; })"""
CUT = """cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth)
  .map(cell => cell.className)"""
SHIFTS = """new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift = (window.shift ?? 0) + entry.value;
}).observe({ type: 'layout-shift', buffered: true })"""


def menu(page: Page) -> Locator:
    return page.locator("#columns")


def open_columns(page: Page) -> None:
    open_menu(page, "Columns")
    expect(menu(page)).to_be_visible()


def headings(page: Page) -> list[str]:
    return [each.get_attribute("class") or "" for each in page.locator("th").all()]


def test_columns_are_shown_and_moved_while_the_menu_stays_open(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?columns=name,email")
    open_columns(staff_page)

    menu(staff_page).get_by_role("link", name="Phone").click()
    expect(staff_page).to_have_url(f"{BIGEVENTS}?columns=name,email,phone")
    menu(staff_page).get_by_role("link", name="Move up: Phone").click()

    expect(staff_page).to_have_url(f"{BIGEVENTS}?columns=name,phone,email")
    expect(menu(staff_page)).to_be_visible()
    assert headings(staff_page) == ["name", "phone", "email"]
    expect(menu(staff_page).get_by_role("link", name="Move up: Phone")).to_be_focused()


def test_columns_are_chosen_by_keyboard_and_the_focus_stays(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?columns=name,email,phone")
    staff_page.get_by_role("button", name="Columns").focus()
    staff_page.keyboard.press("Enter")
    up = menu(staff_page).locator("#column-phone-up")
    for _ in range(20):
        staff_page.keyboard.press("Tab")
        if staff_page.locator(":focus").get_attribute("id") == "column-phone-up":
            break

    staff_page.keyboard.press("Enter")
    expect(staff_page).to_have_url(f"{BIGEVENTS}?columns=name,phone,email")
    staff_page.keyboard.press("Enter")

    expect(staff_page).to_have_url(f"{BIGEVENTS}?columns=phone,name,email")
    expect(up).to_be_focused()
    expect(up).to_be_disabled()


def test_a_hidden_column_keeps_the_focus_in_the_menu(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?columns=name,email,phone")
    open_columns(staff_page)

    menu(staff_page).get_by_role("link", name="Email – shown").press("Enter")

    expect(staff_page).to_have_url(f"{BIGEVENTS}?columns=name,phone")
    expect(menu(staff_page).get_by_role("link", name="Email – hidden")).to_be_focused()


def test_filters_search_order_and_pages_keep_the_columns(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?columns=name,phone&density=compact")

    search_box(staff_page).fill("example")
    expect(staff_page).to_have_url(re.compile("search=example"))
    sort_link(staff_page, "Name").click()
    expect(staff_page).to_have_url(re.compile("ordering=name"))
    filter_button(staff_page, "Language").click()
    staff_page.get_by_role("checkbox", name=re.compile(r"German \d")).check()
    expect(staff_page).to_have_url(re.compile("locale=de"))
    staff_page.keyboard.press("Escape")
    filter_chip(staff_page, "Language German").click()
    expect(staff_page).not_to_have_url(re.compile("locale=de"))
    staff_page.get_by_role("link", name="Next").click()

    expect(staff_page).to_have_url(
        f"{BIGEVENTS}?search=example&ordering=name&columns=name,phone&density=compact&page=2"
    )
    assert headings(staff_page) == ["name", "phone"]
    staff_page.go_back()
    expect(staff_page).to_have_url(re.compile("columns=name,phone&density=compact$"))


def test_columns_and_rows_are_chosen_without_javascript(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, java_script_enabled=False).new_page()
    page.goto(f"{BIGEVENTS}?columns=name,email&search=an")

    for name in ("Phone", "Move up: Phone", "Compact"):
        open_columns(page)
        menu(page).get_by_role("link", name=name).click()

    expect(page).to_have_url(f"{BIGEVENTS}?search=an&columns=name,phone,email&density=compact")
    assert headings(page) == ["name", "phone", "email"]
    search_box(page).press("Enter")
    assert headings(page) == ["name", "phone", "email"]


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize("columns", ["?", f"{ALL}&"], ids=["standard", "all"])
def test_columns_have_the_same_position_and_width_in_every_list(
    staff_page: Page, width: int, columns: str
) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    places = []

    for query in ("", "search=8wsajcj", "is_active=false", "ordering=-last_login&page=7"):
        staff_page.goto(f"{BIGEVENTS}{columns}{query}")
        places.append(staff_page.locator("th").evaluate_all(PLACES))

    assert places == [places[0]] * 4


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize(("density", "height"), [("", 44), ("?density=compact", 32)])
def test_every_row_has_one_line(staff_page: Page, width: int, density: str, height: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    staff_page.goto(f"{BIGEVENTS}{density}")

    [shown] = customer_rows(staff_page).evaluate_all(HEIGHTS)

    assert height <= shown <= height + 1
    assert set(staff_page.locator("td, th").evaluate_all(CUT)) <= {"email"}


def test_a_long_email_is_cut_off_and_shown_under_the_pointer_and_at_the_focus(
    staff_page: Page,
) -> None:
    staff_page.set_viewport_size({"width": 1280, "height": 900})
    staff_page.goto(BIGEVENTS)
    row = customer_rows(staff_page).first
    cell = row.locator("td.email")
    before = row.bounding_box()
    cell.locator("bdi").evaluate("e => e.textContent = 'x'.repeat(50) + '@example.org'")
    assert cell.evaluate("e => getComputedStyle(e).overflow") == "hidden"

    cell.hover()
    assert cell.evaluate("e => getComputedStyle(e).overflow") == "visible"
    staff_page.mouse.move(0, 0)
    row.get_by_role("link").focus()
    staff_page.keyboard.press("Shift+Tab")
    staff_page.keyboard.press("Tab")

    assert cell.evaluate("e => getComputedStyle(e).overflow") == "visible"
    assert row.bounding_box() == before
    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [768, 1100, 1280])
def test_chosen_columns_never_widen_the_page(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    staff_page.goto(f"{BIGEVENTS}{ALL}")

    expect(customer_rows(staff_page).first.locator("td.external_identifier")).to_be_visible()
    assert staff_page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("width", [768, 1440])
def test_nothing_moves_while_columns_are_chosen(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    staff_page.add_init_script(SHIFTS)
    staff_page.goto(BIGEVENTS)
    open_columns(staff_page)

    menu(staff_page).get_by_role("link", name="Phone").click()
    expect(staff_page).to_have_url(re.compile("phone"))
    sort_link(staff_page, "Identifier").click(force=True)

    assert staff_page.evaluate("window.shift ?? 0") == 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("query", ["?columns=name,phone&density=compact", ALL])
def test_the_menu_has_no_accessibility_violations(
    new_context: NewContext, staff_state: StorageState, look: Look, query: str
) -> None:
    # Without the animation of the menu, during which colours have less contrast.
    page = page_like(new_context, look, storage_state=staff_state, reduced_motion="reduce")
    page.goto(f"{BIGEVENTS}{query}&page_size=25")
    assert violations(page) == ""

    open_columns(page)

    assert violations(page) == ""


def test_the_current_row_height_is_visible_in_forced_colours(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.goto(f"{BIGEVENTS}?density=compact")
    open_columns(page)

    current = menu(page).get_by_role("link", name="Compact")

    assert current.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
