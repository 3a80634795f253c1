"""The list page: its URL has the order and the page, and Back restores the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import (
    BIGEVENTS,
    PLAYHOUSE,
    count_above_table,
    customer_names,
    customer_rows,
    search_box,
    sort_link,
)

NewContext = Callable[..., BrowserContext]


def page_number(page: Page, text: str) -> None:
    expect(page.get_by_role("navigation", name="Pages").get_by_text(text)).to_be_visible()


def step(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()


def test_a_heading_sorts_in_both_directions_and_keeps_the_focus(clara_page: Page) -> None:
    column = clara_page.get_by_role("columnheader", name="Identifier")

    sort_link(clara_page, "Identifier").click()
    expect(column).to_have_attribute("aria-sort", "ascending")
    first = customer_names(clara_page)
    expect(sort_link(clara_page, "Identifier")).to_be_focused()
    clara_page.keyboard.press("Enter")

    expect(column).to_have_attribute("aria-sort", "descending")
    expect(sort_link(clara_page, "Identifier")).to_be_focused()
    assert customer_names(clara_page) != first
    assert clara_page.locator("[aria-sort]").count() == 1


@pytest.mark.parametrize("width", [768, 1100])
def test_emails_under_names_have_a_heading_that_sorts_by_email(
    clara_page: Page, width: int
) -> None:
    clara_page.set_viewport_size({"width": width, "height": 1024})
    link = clara_page.get_by_role("columnheader").get_by_role("link", name="Email")
    sort_link(clara_page, "Identifier").click()
    expect(link).to_have_text("Email")

    link.click()
    expect(link).to_have_text("Email ascending")
    expect(link).to_be_focused()
    first = customer_names(clara_page)
    clara_page.keyboard.press("Enter")

    expect(link).to_have_text("Email descending")
    expect(link).to_be_focused()
    assert customer_names(clara_page) != first


def test_a_link_to_another_page_moves_the_focus_to_the_caption(clara_page: Page) -> None:
    clara_page.mouse.wheel(0, 2000)
    step(clara_page, "Next")
    page_number(clara_page, "Page 2 of 3")
    expect(clara_page.locator("caption")).to_be_focused()
    assert clara_page.evaluate("scrollY") == 0

    step(clara_page, "Last")
    page_number(clara_page, "Page 3 of 3")
    expect(customer_rows(clara_page)).to_have_count(27)
    step(clara_page, "First")

    page_number(clara_page, "Page 1 of 3")
    expect(clara_page).to_have_url(PLAYHOUSE)


def test_a_page_can_have_more_rows(clara_page: Page) -> None:
    step(clara_page, "200")

    expect(customer_rows(clara_page)).to_have_count(127)
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?page_size=200")


def test_only_the_results_are_replaced(clara_page: Page) -> None:
    heading = clara_page.get_by_role("heading", name="Customers", level=1)
    heading.evaluate("heading => heading.dataset.survivor = 'yes'")

    step(clara_page, "Next")

    page_number(clara_page, "Page 2 of 3")
    expect(heading).to_have_attribute("data-survivor", "yes")


def test_a_url_can_be_reloaded_and_shared(
    clara_page: Page, new_context: NewContext, clara_state: StorageState
) -> None:
    search_box(clara_page).fill("u00")
    expect(count_above_table(clara_page, "100 of 127 customers")).to_be_visible()
    sort_link(clara_page, "Registered").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u00&ordering=-date_joined")
    step(clara_page, "Next")
    page_number(clara_page, "Page 2 of 2")
    shown = customer_names(clara_page)

    clara_page.reload()
    colleague = new_context(storage_state=clara_state).new_page()
    colleague.goto(clara_page.url)

    assert customer_names(clara_page) == customer_names(colleague) == shown
    expect(search_box(colleague)).to_have_value("u00")


def test_back_and_forward_restore_the_search_box_and_the_rows(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    sort_link(clara_page, "Registered").click()
    expect(clara_page).to_have_url(re.compile("ordering=-date_joined"))
    registered = clara_page.get_by_role("columnheader", name="Registered")
    expect(registered).to_have_attribute("aria-sort", "descending")
    newest_first = customer_names(clara_page)

    clara_page.go_back()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    expect(clara_page.get_by_role("columnheader", name="Email")).to_have_attribute(
        "aria-sort", "ascending"
    )
    clara_page.go_back()
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_have_value("")
    clara_page.go_forward()
    clara_page.go_forward()

    expect(registered).to_have_attribute("aria-sort", "descending")
    expect(customer_rows(clara_page)).to_have_count(10)
    expect(search_box(clara_page)).to_have_value("u001")
    assert customer_names(clara_page) == newest_first
    expect(clara_page.get_by_role("banner")).to_be_visible()


# Simulates a browser without the Navigation API.
FORGETFUL = "Object.defineProperty(window, 'navigation', { value: undefined })"


@pytest.mark.parametrize("way", ["the browser", "the link", "the link, by the referrer"])
def test_coming_back_from_a_customer_restores_the_scroll_position(
    clara_page: Page, way: str
) -> None:
    if way == "the link, by the referrer":
        clara_page.add_init_script(FORGETFUL)
    clara_page.goto(f"{PLAYHOUSE}?search=u00&page_size=100")
    link = customer_rows(clara_page).get_by_role("link").nth(60)
    link.scroll_into_view_if_needed()
    before, row = clara_page.evaluate("scrollY"), link.get_attribute("id")
    link.click()
    expect(clara_page.get_by_role("heading", level=1)).to_contain_text("Ünï")

    if way == "the browser":
        clara_page.go_back()
    else:
        clara_page.get_by_role("link", name="Back to the filtered list").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u00&page_size=100")
    expect(clara_page.locator(f"[id='{row}']")).to_be_focused()
    assert clara_page.evaluate("scrollY") == before


@pytest.mark.parametrize("script", ["", FORGETFUL])
def test_a_customer_opened_in_a_new_tab_links_back_by_its_url(
    clara_page: Page, script: str
) -> None:
    with clara_page.context.add_init_script(script):
        clara_page.goto(f"{PLAYHOUSE}?search=u001")
        with clara_page.context.expect_page() as opened:
            customer_rows(clara_page).get_by_role("link").first.click(modifiers=["Control"])

        tab = opened.value
        tab.get_by_role("link", name="Back to the filtered list").click()

        expect(tab).to_have_url(re.compile(re.escape(f"{PLAYHOUSE}?search=u001#customer-")))
        expect(customer_rows(tab)).to_have_count(10)


def test_the_demo_counts_its_customers(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)

    expect(count_above_table(staff_page, "5,000 customers")).to_be_visible()
    expect(staff_page).to_have_title("Customers · Big Events LLC · Portal")


def test_a_click_anywhere_in_a_row_opens_its_customer(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    name = customer_rows(clara_page).first.get_by_role("link").inner_text()

    customer_rows(clara_page).first.locator("td").last.click()

    expect(clara_page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("options", [{"button": "middle"}, {"modifiers": ["Control"]}])
def test_a_row_opens_in_a_new_tab(clara_page: Page, options: dict[str, Any]) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    name = customer_rows(clara_page).first.get_by_role("link").inner_text()

    with clara_page.context.expect_page() as opened:
        customer_rows(clara_page).first.locator("td").last.click(**options)

    expect(opened.value.get_by_role("heading", level=1)).to_have_text(name)
    expect(customer_rows(clara_page)).to_have_count(10)


def test_text_of_a_row_can_be_selected_without_opening_the_customer(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    cell = customer_rows(clara_page).first.locator("td.email")
    box = cell.locator("bdi").bounding_box()
    assert box

    clara_page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2)
    clara_page.mouse.down()
    clara_page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    clara_page.mouse.up()

    assert clara_page.evaluate("getSelection().toString()") in cell.inner_text()
    assert clara_page.evaluate("getSelection().toString().length") > 5
    expect(customer_rows(clara_page)).to_have_count(10)


def test_the_exact_time_is_shown_at_the_focused_row_and_on_hover(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u001")
    moment = customer_rows(clara_page).first.locator("td.date_joined time")
    exact = moment.get_attribute("title")
    expect(moment.locator(".absolute")).to_be_hidden()

    customer_rows(clara_page).first.get_by_role("link").focus()
    clara_page.keyboard.press("Shift+Tab")
    clara_page.keyboard.press("Tab")

    expect(moment.locator(".absolute")).to_be_visible()
    assert moment.locator(".absolute").inner_text() == exact
    box = moment.bounding_box()
    assert box
    top = "([x, y]) => document.elementFromPoint(x, y).closest('time') !== null"
    assert clara_page.evaluate(top, [box["x"] + 5, box["y"] + box["height"] / 2])
