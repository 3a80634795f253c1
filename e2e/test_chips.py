"""Chips: the active filters. A click removes a filter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.steps import PLAYHOUSE, count_above_table, filter_button, filter_chip, search_box


def test_a_removed_chip_moves_the_focus_to_the_next_one(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?state=active&locale=de")

    filter_chip(clara_page, "State Active").press("Enter")
    expect(filter_chip(clara_page, "State Active")).to_have_count(0)
    expect(filter_chip(clara_page, "Language German")).to_be_focused()

    filter_chip(clara_page, "Language German").press("Enter")
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_be_focused()


def test_a_removed_chip_also_empties_its_controls(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=g&locale=de")
    filter_chip(clara_page, "Search").click()
    expect(search_box(clara_page)).to_have_value("")
    filter_chip(clara_page, "Language German").click()
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()

    filter_button(clara_page, "Language").click()

    expect(clara_page.get_by_role("checkbox", name="German")).not_to_be_checked()


def test_a_removed_chip_unchecks_its_box(clara_page: Page) -> None:
    filter_button(clara_page, "Language").click()
    clara_page.get_by_role("checkbox", name="German").check()
    clara_page.keyboard.press("Escape")
    filter_chip(clara_page, "Language German").click()
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()

    search_box(clara_page).fill("u001")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")
    filter_button(clara_page, "Language").click()
    expect(clara_page.get_by_role("checkbox", name="German")).not_to_be_checked()


def test_a_removed_search_can_be_repeated(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    filter_chip(clara_page, "Search").click()
    expect(search_box(clara_page)).to_have_value("")

    search_box(clara_page).fill("u001")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()


def test_clear_filters_keeps_only_the_order(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=g&state=active&locale=de&ordering=-name")

    clara_page.get_by_role("link", name="Clear filters").click()

    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=-name")
    expect(search_box(clara_page)).to_have_value("")
    expect(search_box(clara_page)).to_be_focused()
