"""The choice of a theme: system, light or dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from e2e.steps import BIGEVENTS, filter_chip, sign_in
from e2e.test_accessibility import NewContext, violations

SURFACE = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "oklch(0.988 0.003 330)", "oklch(0.185 0.008 330)"


def theme_button(page: Page, name: str) -> Locator:
    page.get_by_role("button", name="Account").click()
    return page.get_by_role("group", name="Theme").get_by_role("button", name=name)


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def context(
    request: pytest.FixtureRequest, new_context: NewContext, staff_state: StorageState
) -> BrowserContext:
    return new_context(
        storage_state=staff_state, java_script_enabled=request.param, color_scheme="light"
    )


def test_the_dark_theme_applies_to_every_page_until_the_system_theme_is_chosen(
    context: BrowserContext,
) -> None:
    page = context.new_page()
    page.goto(f"{BIGEVENTS}?locale=de")

    theme_button(page, "Dark").click()
    expect(filter_chip(page, "Language German")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    expect(theme_button(page, "Dark")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{BIGEVENTS}8WSAJCJ/")
    expect(page.locator("body")).to_have_css("background-color", DARK)

    theme_button(page, "System").click()
    expect(page).to_have_url(re.compile("8WSAJCJ"))
    expect(page.locator("body")).to_have_css("background-color", LIGHT)


def test_the_light_theme_applies_on_a_dark_system_and_after_sign_out(
    new_context: NewContext,
) -> None:
    page = new_context(color_scheme="dark").new_page()
    page.goto("/sign-in/")
    assert page.evaluate(SURFACE) == DARK
    sign_in(page)
    theme_button(page, "Light").click()
    expect(page.locator("body")).to_have_css("background-color", LIGHT)

    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate(SURFACE) == LIGHT


@pytest.mark.expects_console_errors
def test_an_error_page_has_the_theme(new_context: NewContext, staff_state: StorageState) -> None:
    context = new_context(storage_state=staff_state, color_scheme="light")
    page = context.new_page()
    page.goto(BIGEVENTS)
    theme_button(page, "Dark").click()
    expect(page.locator("body")).to_have_css("background-color", DARK)

    page.goto("/organizers/smallshows/customers/")

    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert page.evaluate(SURFACE) == DARK


def test_a_theme_does_not_change_a_list_that_was_filtered_by_script(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    staff_page.get_by_role("searchbox", name="Search customers").fill("anna")
    expect(staff_page).to_have_url(re.compile("search=anna"))

    theme_button(staff_page, "Dark").click()

    expect(staff_page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(staff_page).to_have_url(re.compile("search=anna"))


@pytest.mark.parametrize(
    ("theme", "width", "forced"),
    [
        ("Light", 1440, "none"),
        ("Dark", 390, "none"),
        ("Dark", 1440, "active"),
        ("Light", 390, "active"),
    ],
)
def test_the_open_account_menu_has_no_violations(
    new_context: NewContext, staff_state: StorageState, theme: str, width: int, forced: str
) -> None:
    page = new_context(storage_state=staff_state, forced_colors=forced).new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(BIGEVENTS)
    theme_button(page, theme).click()
    expect(page.locator("html")).to_have_attribute("data-theme", theme.lower())
    expect(theme_button(page, theme)).to_be_in_viewport(ratio=1)

    assert violations(page) == ""
