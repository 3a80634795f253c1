"""The page of a customer: its facts, copying, JSON, and unusual values."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, PLAYHOUSE, search_box

EXAMPLE = f"{BIGEVENTS}8WSAJCJ/"


def fact(page: Page, label: str) -> str:
    """The value beside this label, without the control that changes it."""
    value = page.locator("dt", has_text=label).locator("xpath=following-sibling::dd").inner_text()
    return value.splitlines()[0].strip()


def _deny_permission(page: Page, permission: str) -> None:
    """Deny a permission, as in a browser's settings. Playwright can only grant permissions."""
    browser = page.context.new_cdp_session(page)
    context = browser.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    forbidden = {"permission": {"name": permission}, "setting": "denied"}
    browser.send("Browser.setPermission", {**forbidden, "browserContextId": context})


def test_the_page_of_a_customer_shows_name_state_and_facts(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    expect(staff_page.get_by_role("heading", level=1)).to_have_text("John Doe")
    expect(staff_page.get_by_text("Unverified", exact=True)).to_be_visible()
    assert "6 Apr 2021, 15:44 CEST" in fact(staff_page, "Registered")
    assert fact(staff_page, "Last sign-in") == "Never"
    assert fact(staff_page, "Email verified") == "No"
    assert fact(staff_page, "Language") == "German de"
    expect(staff_page.get_by_text("Times are in the time zone Europe/Berlin.")).to_be_visible()


def test_a_value_can_be_copied(staff_page: Page) -> None:
    staff_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff_page.goto(EXAMPLE)

    button = staff_page.get_by_role("button", name="Copy customer@example.org").first
    button.click()

    expect(staff_page.get_by_role("status")).to_have_text("Copied")
    expect(button.locator("svg").first).to_be_hidden()
    expect(button.locator("svg").last).to_be_visible()
    assert staff_page.evaluate("navigator.clipboard.readText()") == "customer@example.org"


def test_a_value_is_selected_if_the_browser_forbids_copying(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)
    _deny_permission(staff_page, "clipboard-write")

    button = staff_page.get_by_role("button", name="Copy customer@example.org").first
    button.click()

    expect(staff_page.get_by_role("status")).to_contain_text("Not copied")
    expect(button.locator("svg").last).to_be_hidden()
    assert staff_page.evaluate("getSelection().toString()") == "customer@example.org"


def test_every_fact_is_shown_once(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    text = staff_page.get_by_role("main").inner_text().replace("Copy customer@example.org", "")

    for value in ("John Doe", "customer@example.org", "Unverified"):
        assert text.count(value) == 1
    labels = staff_page.locator("dt").all_inner_texts()
    assert labels[:3] == ["Email", "Phone", "Identifier"]
    assert len(labels) == len(set(labels))


def test_the_email_is_a_mailto_link(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    link = staff_page.get_by_role("link", name="customer@example.org")

    expect(link).to_have_attribute("href", "mailto:customer@example.org")


def test_the_menu_opens_and_closes_by_keyboard(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)
    menu, json_link = staff_page.get_by_text("More", exact=True), json_link_of(staff_page)
    expect(json_link).to_be_hidden()

    menu.press("Enter")
    expect(json_link).to_be_visible()
    json_link.press("Escape")

    expect(json_link).to_be_hidden()
    expect(menu).to_be_focused()


def json_link_of(page: Page) -> Locator:
    return page.get_by_role("article").get_by_role("link", name="JSON")


def test_the_curl_command_can_be_copied(staff_page: Page, base_url: str) -> None:
    staff_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staff_page.goto(EXAMPLE)
    staff_page.get_by_text("More", exact=True).click()

    staff_page.get_by_role("button", name="Copy the curl command").click()

    expect(staff_page.get_by_role("status")).to_have_text("Copied")
    url = f"{base_url}/api/v1/organizers/bigevents/customers/8WSAJCJ/"
    command = f'curl -H "Authorization: Token $PORTAL_TOKEN" {url}'
    assert staff_page.evaluate("navigator.clipboard.readText()") == command


def test_the_json_of_the_customer_is_two_clicks_away(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    staff_page.get_by_text("More", exact=True).click()
    json_link_of(staff_page).click()

    record = json.loads(staff_page.locator("body").inner_text())
    assert record["identifier"] == "8WSAJCJ"
    assert record["date_joined"] == "2021-04-06T13:44:22.809216Z"
    assert len(record) == 10


def test_a_search_on_another_page_leads_to_the_list(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    search_box(staff_page).fill("customer@example.org")
    search_box(staff_page).press("Enter")

    expect(staff_page).to_have_url(f"{BIGEVENTS}?search=customer%40example.org")
    expect(search_box(staff_page)).to_have_value("customer@example.org")


def test_all_customers_are_one_click_away(staff_page: Page) -> None:
    staff_page.goto(EXAMPLE)

    staff_page.get_by_role("link", name="Back to all customers").click()

    expect(staff_page).to_have_url(BIGEVENTS)


def test_an_anonymised_customer_has_no_personal_data(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}39KG6GP/")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text("No name")
    expect(clara_page.get_by_text("Anonymised", exact=True)).to_be_visible()
    expect(clara_page.get_by_text("the personal data was erased").first).to_be_visible()


def test_a_customer_without_a_name_has_an_email(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}ETH3WGD/")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text("No name")
    expect(clara_page.get_by_text("idem@alpha.example").first).to_be_visible()


def test_hostile_text_is_escaped(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}has.dot-and_us/")

    expect(clara_page.get_by_role("heading", level=1)).to_have_text("=cmd|' /C calc'!A0")
    notes = clara_page.get_by_role("region", name="Account note", exact=True)
    expect(notes.get_by_text("<script>alert(1)</script>")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_the_theme_of_the_system(staff_page: Page, scheme: str) -> None:
    staff_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    staff_page.goto(EXAMPLE)

    lightness = staff_page.evaluate(
        "parseFloat(getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/)[0])"
    )
    assert (lightness < 0.5) == (scheme == "dark")


@pytest.mark.parametrize("scripted", [True, False])
def test_the_search_box_offers_to_search_the_list_or_all_customers(
    new_context: NewContext, staff_state: StorageState, *, scripted: bool
) -> None:
    page = new_context(storage_state=staff_state, java_script_enabled=scripted).new_page()
    page.goto(f"{BIGEVENTS}8WSAJCJ/?back=locale%3Dde")
    only = page.get_by_role("button", name="Search only the previous list")
    expect(only).to_be_hidden()

    search_box(page).press_sequentially("anna")
    expect(page.get_by_role("button", name="Search all customers")).to_be_visible()
    only.click()
    expect(page).to_have_url(f"{BIGEVENTS}?locale=de&search=anna")

    page.goto(f"{BIGEVENTS}8WSAJCJ/?back=locale%3Dde")
    search_box(page).fill("anna")
    search_box(page).press("Enter")
    expect(page).to_have_url(f"{BIGEVENTS}?search=anna")
