"""The page of a customer shows a field that the source changed too, and can use its value."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from e2e.server import Server
from e2e.steps import sign_in_once
from e2e.test_accessibility import check_every_width_and_theme

MUSEUM: Final = "/organizers/museum/customers/"
EMAIL: Final = "amy@example.org"
PASSWORD: Final = "museum-amy-1"
ROW: Final[dict[str, Any]] = {
    "name_parts": {"_scheme": "full", "full_name": "Ann Lee"},
    "is_active": True,
    "is_verified": False,
    "last_login": None,
    "date_joined": "2021-04-06T13:44:22.809216Z",
    "locale": "de",
}


@pytest.fixture(scope="module")
def museum_state(
    server: Server, browser: Browser, browser_context_args: dict[str, object]
) -> StorageState:
    """The cookies of a member of an organizer that no other test uses."""
    server.manage_at_once(
        ["create_organizer", "museum", "--name", "Museum"],
        ["create_staff", EMAIL, "--organizer", "museum", "--password-stdin"],
        typed=f"{PASSWORD}\n",
    )
    with browser.new_context(**browser_context_args) as context:  # type: ignore[arg-type]
        return sign_in_once(context.new_page(), EMAIL, PASSWORD)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_value_of_the_source_is_applied_in_one_action(
    server: Server, new_context: Any, museum_state: StorageState, has_scripts: bool
) -> None:
    context: BrowserContext = new_context(
        storage_state=museum_state, java_script_enabled=has_scripts
    )
    page = context.new_page()
    identifier = f"ANN{has_scripts:d}"
    _import(server, identifier, "ann", "2026-05-01T10:00:00Z")
    _edit(page, identifier)
    _import(server, identifier, "theirs", "2026-06-01T10:00:00Z")

    page.goto(f"{MUSEUM}{identifier}/")
    source = page.get_by_role("region", name="Changed in Portal and at the source")
    expect(source).to_contain_text("Email: the value of the source is theirs")
    if has_scripts:
        check_every_width_and_theme(page)
    source.get_by_role("button", name="Use the value of the source").click()

    expect(page.get_by_role("link", name=f"theirs{identifier}@example.org")).to_be_visible()
    expect(page.get_by_text("Saved: email changed.")).to_be_visible()
    expect(source).to_have_count(0)


def _import(server: Server, identifier: str, name: str, last_modified: str) -> None:
    email = f"{name}{identifier}@example.org"
    row = {**ROW, "identifier": identifier, "email": email, "last_modified": last_modified}
    server.manage("import_customers", "museum", typed=json.dumps([row]))


def _edit(page: Page, identifier: str) -> None:
    page.goto(f"{MUSEUM}{identifier}/edit/email/")
    page.get_by_label("Email").fill(f"ours{identifier}@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: email changed.")).to_be_visible()
