"""WCAG 2.2 AA: the rules of axe-core, the keyboard, any width, forced colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import BIGEVENTS, PLAYHOUSE, open_menu, rows, search_box

NewContext = Callable[..., BrowserContext]
DETAIL = f"{BIGEVENTS}8WSAJCJ/"
PAGES = {
    "organizers": "/organizers/?all",
    "list": f"{BIGEVENTS}?page_size=25",
    "filtered": f"{BIGEVENTS}?search=an&state=active&locale=de&ordering=-last_login&page_size=25",
    "overview": f"{BIGEVENTS}?overview=on&date_joined_since=2025-01-01&page_size=25",
    "no customers": f"{BIGEVENTS}?search=zzzzzz&is_active=true",
    "exact match": f"{BIGEVENTS}?search=8wsajcj&is_active=false",
    "invalid filter": f"{BIGEVENTS}?date_joined_since=2026-02-01&date_joined_until=2026-01-01&x=1",
    "detail": DETAIL,
    "export": "/organizers/bigevents/export/?locale=de&format=pdf",
    "history": "/organizers/bigevents/history/?kind=created&since=2026-13-01",
    "api": "/organizers/bigevents/api/",
    "not found": "/organizers/smallshows/customers/",
}
# Each layout, and each colour scheme. What both schemes have in common depends on the width only.
LOOKS = {"wide": ("light", 1440), "tablet": ("dark", 768), "phone": ("light", 390)}
Look = tuple[str, int]


def violations(page: Page) -> str:
    """The report of axe-core about the page; empty without violations."""
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""


def page_like(new_context: NewContext, look: Look, **options: Any) -> Page:
    scheme, width = look
    page = new_context(color_scheme=scheme, **options).new_page()
    page.set_viewport_size({"width": width, "height": 844})
    return page


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def page_in_a_look(
    request: pytest.FixtureRequest, new_context: NewContext, staff_state: StorageState
) -> Page:
    return page_like(new_context, request.param, storage_state=staff_state)


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_rule_is_broken(page_in_a_look: Page, path: str) -> None:
    page_in_a_look.goto(path)

    assert violations(page_in_a_look) == ""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_no_rule_is_broken_on_the_page_of_an_anonymised_customer(
    new_context: NewContext, clara_state: StorageState, look: Look
) -> None:
    page = page_like(new_context, look, storage_state=clara_state)
    page.goto(f"{PLAYHOUSE}39KG6GP/")
    expect(page.get_by_text("Anonymised", exact=True)).to_be_visible()

    assert violations(page) == ""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_no_rule_is_broken_at_the_sign_in(new_context: NewContext, look: Look) -> None:
    page = page_like(new_context, look)
    page.goto("/sign-in/")
    assert violations(page) == ""

    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == ""


def test_no_rule_is_broken_while_a_filter_is_open(page_in_a_look: Page) -> None:
    page_in_a_look.goto(PAGES["list"])
    open_menu(page_in_a_look, "Language")
    expect(page_in_a_look.get_by_role("checkbox", name="French")).to_be_visible()

    assert violations(page_in_a_look) == ""


def test_no_rule_is_broken_while_the_export_is_open(page_in_a_look: Page) -> None:
    page_in_a_look.goto(PAGES["list"])
    open_menu(page_in_a_look, "Export")
    expect(page_in_a_look.get_by_role("button", name="Excel")).to_be_in_viewport(ratio=1)
    expect(page_in_a_look.get_by_role("button", name="NDJSON")).to_be_in_viewport(ratio=1)

    assert violations(page_in_a_look) == ""


@pytest.mark.parametrize("query", ["", "last_login_since=-30d"])
def test_no_rule_is_broken_while_a_range_of_time_is_open(page_in_a_look: Page, query: str) -> None:
    page_in_a_look.goto(f"{BIGEVENTS}?page_size=25&{query}")
    open_menu(page_in_a_look, "Last sign-in")
    expect(page_in_a_look.get_by_role("link", name="Last 365 days")).to_be_visible()

    assert violations(page_in_a_look) == ""


def test_no_rule_is_broken_while_the_search_offers_customers(page_in_a_look: Page) -> None:
    page_in_a_look.goto(DETAIL)
    page_in_a_look.goto(PAGES["list"])
    search_box(page_in_a_look).click()
    expect(page_in_a_look.get_by_role("navigation", name="Opened last")).to_be_visible()

    assert violations(page_in_a_look) == ""


def test_no_rule_is_broken_while_the_menu_of_a_customer_is_open(page_in_a_look: Page) -> None:
    page_in_a_look.goto(DETAIL)
    page_in_a_look.get_by_text("More", exact=True).click()
    expect(page_in_a_look.get_by_role("link", name="JSON")).to_be_visible()

    assert violations(page_in_a_look) == ""


def test_the_whole_job_can_be_done_by_keyboard(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    staff_page.keyboard.press("Tab")
    expect(staff_page.get_by_role("link", name="Skip to content")).to_be_focused()
    staff_page.keyboard.press("Control+k")
    staff_page.keyboard.type("8WSAJCJ")
    expect(rows(staff_page)).to_have_count(1)

    for _ in range(40):
        staff_page.keyboard.press("Tab")
        if staff_page.locator(":focus").get_attribute("id") == "customer-8WSAJCJ":
            break
    staff_page.keyboard.press("Enter")

    expect(staff_page).to_have_url(re.compile(re.escape(DETAIL)))
    expect(staff_page.get_by_role("heading", name="John Doe")).to_be_visible()


@pytest.mark.parametrize("path", [BIGEVENTS, PAGES["filtered"], DETAIL, "/organizers/?all"])
@pytest.mark.parametrize("width", [320, 720], ids=["320 px", "200 % of 1440 px"])
def test_nothing_needs_sideways_scrolling(staff_page: Page, path: str, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 450})
    staff_page.goto(path)

    wider = staff_page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert wider <= 0


def test_the_focus_is_visible_in_forced_colours(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.goto(BIGEVENTS)

    for _ in range(3):
        page.keyboard.press("Tab")

    outline = page.locator(":focus").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"


SMALL = """() => [...document.querySelectorAll("main a, main button, header a, header button")]
  .filter(element => element.checkVisibility() && !element.closest("[popover], p, li"))
  .filter(element => { const box = element.getBoundingClientRect();
                       return box.width && (box.width < 24 || box.height < 24); })
  .filter(element => !element.matches(".customer-link, .skip-link"))
  .map(element => element.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("path", [BIGEVENTS, DETAIL])
def test_targets_are_large_enough_to_hit(page_in_a_look: Page, path: str) -> None:
    page_in_a_look.goto(path)

    assert page_in_a_look.evaluate(SMALL) == []


def test_a_search_is_announced_without_moving_the_focus(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    expect(staff_page.get_by_role("status")).to_be_empty()

    search_box(staff_page).fill("8WSAJCJ")

    expect(staff_page.get_by_role("status")).to_have_text(
        "1 customer, page 1 of 1, ordered by Email, ascending"
    )
    expect(search_box(staff_page)).to_be_focused()


def test_nothing_moves_with_reduced_motion(staff_page: Page) -> None:
    staff_page.emulate_media(reduced_motion="reduce")
    staff_page.goto(BIGEVENTS)
    results = staff_page.locator("#results")
    results.evaluate("results => results.setAttribute('aria-busy', 'true')")

    durations = results.evaluate(
        "results => [[results, '::before'], [results.firstElementChild, null]]"
        ".map(part => getComputedStyle(...part).animationDuration)"
    )

    assert durations == ["0.001s", "0.001s"]
