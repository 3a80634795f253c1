"""A member creates, uses and revokes API tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page, StorageState, expect

from e2e.steps import BIGEVENTS
from e2e.test_accessibility import LOOKS, Look, page_like, violations

NewContext = Callable[..., BrowserContext]
TOKENS = "/organizers/bigevents/tokens/"
LIST = "/api/v1/organizers/bigevents/customers/"


def create_token(page: Page, name: str, *, page_is_open: bool = False) -> str:
    """Submit the form and return the key that the page shows."""
    if not page_is_open:
        page.goto(TOKENS)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create token").click()
    key = page.get_by_text(re.compile(r"^portal_\w{42}$"))
    expect(key).to_be_visible()
    return key.inner_text()


def revoke(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"Revoke {name}").click()
    page.get_by_role("button", name="Revoke token").click()


def status(request: APIRequestContext, key: str) -> int:
    return request.get(LIST, headers={"Authorization": f"Token {key}"}).status


def test_a_token_gives_access_to_the_api_until_it_is_revoked(staff_page: Page) -> None:
    key = create_token(staff_page, "the shop")
    assert status(staff_page.request, key) == 200

    revoke(staff_page, "the shop")

    row = staff_page.get_by_role("row", name=re.compile(f"the shop.*{key[-4:]}"))
    expect(row).to_contain_text("Revoked")
    assert status(staff_page.request, key) == 401


def test_a_token_can_return_all_thirteen_fields(staff_page: Page) -> None:
    staff_page.goto(TOKENS)
    staff_page.get_by_label("Read notes on customers").check()
    staff_page.get_by_label("Return all thirteen fields").check()
    key = create_token(staff_page, "complete", page_is_open=True)

    row = staff_page.get_by_role("row", name=re.compile(f"complete.*{key[-4:]}"))
    expect(row).to_contain_text("All thirteen fields")
    page = staff_page.request.get(LIST, headers={"Authorization": f"Token {key}"}).json()
    assert len(page["results"][0]) == 13


def test_tokens_are_created_and_revoked_without_javascript(
    new_context: NewContext, staff_state: StorageState
) -> None:
    context = new_context(storage_state=staff_state, java_script_enabled=False)
    page = context.new_page()

    key = create_token(page, "no script")
    revoke(page, "no script")

    assert status(context.request, key) == 401


@pytest.mark.expects_console_errors
def test_reloading_the_page_creates_no_second_token(staff_page: Page) -> None:
    key = create_token(staff_page, "once")

    staff_page.reload()

    expect(staff_page.get_by_text("An active token has this name.")).to_be_visible()
    assert key not in staff_page.content()


def test_the_key_is_copied_to_the_clipboard(staff_page: Page) -> None:
    staff_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    key = create_token(staff_page, "copied")

    staff_page.get_by_role("button", name="Copy token").click()

    expect(staff_page.locator("#announcement")).to_have_text("Copied")
    assert staff_page.evaluate("navigator.clipboard.readText()") == key


def test_a_token_is_created_by_keyboard(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    staff_page.get_by_role("link", name="Tokens").press("Enter")
    staff_page.get_by_label("Name").focus()

    staff_page.keyboard.type("typed")
    staff_page.keyboard.press("Enter")

    expect(staff_page.get_by_role("heading", name="Your new token")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_pages_have_no_accessibility_violations(
    new_context: NewContext, staff_state: StorageState, look: Look
) -> None:
    page = page_like(new_context, look, storage_state=staff_state)
    create_token(page, f"axe {look}")
    assert violations(page) == ""

    page.get_by_role("link", name=f"Revoke axe {look}").click()
    expect(page.get_by_role("button", name="Revoke token")).to_be_visible()

    assert violations(page) == ""
