"""Keyboard shortcuts: the dialog that lists them, and the setting for single-key shortcuts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, search_box
from e2e.test_accessibility import violations


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keyboard shortcuts")


def test_a_question_mark_shows_the_shortcuts(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?locale=de")

    staff_page.keyboard.press("?")
    expect(dialog(staff_page)).to_contain_text("On a customer’s page: next customer of the list")
    staff_page.keyboard.press("Escape")

    expect(dialog(staff_page)).to_have_count(0)
    expect(staff_page).to_have_url(f"{BIGEVENTS}?locale=de")


def test_a_slash_moves_to_the_search_box_where_keys_type_text(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}8WSAJCJ/")

    staff_page.keyboard.press("/")
    expect(search_box(staff_page)).to_be_focused()
    staff_page.keyboard.type("a/b?")

    expect(search_box(staff_page)).to_have_value("a/b?")
    expect(dialog(staff_page)).to_have_count(0)


def test_single_key_shortcuts_can_be_turned_off(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?locale=de")
    staff_page.keyboard.press("?")
    dialog(staff_page).get_by_role("button", name="Turn off single-key shortcuts").click()
    expect(staff_page.locator("body")).to_have_attribute("data-keys", "off")
    expect(staff_page).to_have_url(f"{BIGEVENTS}?locale=de")

    staff_page.keyboard.press("?")
    staff_page.keyboard.press("/")
    expect(search_box(staff_page)).not_to_be_focused()
    staff_page.keyboard.press("Control+k")
    expect(search_box(staff_page)).to_be_focused()
    expect(dialog(staff_page)).to_have_count(0)

    staff_page.get_by_role("button", name="Account").click()
    staff_page.get_by_role("link", name="Keyboard shortcuts").click()
    dialog(staff_page).get_by_role("button", name="Turn on single-key shortcuts").click()
    expect(staff_page.locator("body")).to_have_attribute("data-keys", "on")


def test_the_shortcuts_have_a_page_without_javascript(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, java_script_enabled=False).new_page()
    page.goto(BIGEVENTS)

    page.get_by_role("button", name="Account").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    page.get_by_role("button", name="Turn off single-key shortcuts").click()

    expect(page.get_by_role("heading", name="Keyboard shortcuts", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Turn on single-key shortcuts")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_the_dialog_has_no_accessibility_violations(
    new_context: NewContext, staff_state: StorageState, width: int, scheme: str
) -> None:
    page = new_context(
        storage_state=staff_state, color_scheme=scheme, reduced_motion="reduce"
    ).new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{BIGEVENTS}8WSAJCJ/")
    page.keyboard.press("?")
    expect(dialog(page)).to_be_visible()

    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
