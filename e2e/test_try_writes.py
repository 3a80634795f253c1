"""The form of the API reference that changes customers: a dialog shows each request first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    StorageState,
    expect,
)

from e2e.conftest import CAPTURE
from e2e.server import Server
from e2e.steps import sign_in_once
from e2e.test_accessibility import LOOKS, Look, page_like, violations

NewContext = Callable[..., BrowserContext]
EMAIL, PASSWORD = "worker@example.org", "workshop-worker-1"
API = "/organizers/workshop/api/"
CUSTOMERS = "/api/v1/organizers/workshop/customers/"


@pytest.fixture(scope="module")
def member_state(
    server: Server, browser: Browser, browser_context_args: dict[str, Any]
) -> StorageState:
    """The cookies of a member of an organizer that no other test uses."""
    server.manage_at_once(
        ["create_organizer", "workshop", "--name", "Workshop"],
        ["create_staff", EMAIL, "--organizer", "workshop", "--password-stdin"],
        ["import_customers", "workshop", *CAPTURE],
        typed=f"{PASSWORD}\n",
    )
    with browser.new_context(**browser_context_args) as context:
        return sign_in_once(context.new_page(), EMAIL, PASSWORD)


@pytest.fixture
def page(new_context: NewContext, member_state: StorageState) -> Page:
    return new_context(storage_state=member_state).new_page()


@pytest.fixture
def writes(page: Page) -> list[Request]:
    """The requests of the page with a method that writes."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        if request.method != "GET":
            requests.append(request)

    page.on("request", note)
    return requests


@pytest.fixture
def customer(page: Page) -> dict[str, str]:
    """A new customer of the test's organizer."""
    listed = page.request.get(f"{CUSTOMERS}?ordering=-email&page_size=1")
    found: dict[str, str] = listed.json()["results"][0]
    return found


def question(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Send this request to Workshop?")


def review(page: Page, operation: str, identifier: str = "", body: str = "") -> None:
    """Fill in the form, and open the dialog."""
    page.goto(API)
    form = page.get_by_role("form", name="Change customers")
    form.get_by_label("Request").select_option(label=operation)
    if identifier:
        form.get_by_label("identifier").fill(identifier)
    if body:
        form.get_by_label("Body").fill(body)
    form.get_by_role("button", name="Review the request").click()


def test_a_change_is_sent_after_the_dialog_has_shown_the_change(
    page: Page, writes: list[Request], customer: dict[str, str]
) -> None:
    identifier = customer["identifier"]

    review(page, "PATCH: change a customer", identifier, '{"locale": "fr"}')
    expect(question(page)).to_contain_text(customer["email"])
    expect(question(page)).to_contain_text(f"PATCH {CUSTOMERS}{identifier}/")
    expect(question(page)).to_contain_text('"locale": "fr"')
    assert writes == []
    question(page).get_by_role("button", name="Send").click()

    response = page.get_by_role("region", name="Response")
    expect(response).to_contain_text('"locale": "fr"')
    assert [each.method for each in writes] == ["PATCH"]
    expect(page.get_by_role("status")).to_contain_text("200")


@pytest.mark.parametrize("answer", ["Cancel", "Escape"])
def test_nothing_is_sent_if_the_dialog_is_cancelled(
    page: Page, writes: list[Request], customer: dict[str, str], answer: str
) -> None:
    operation = "POST anonymize/: erase a customer"
    review(page, operation, customer["identifier"])
    expect(question(page)).to_contain_text(
        "This request erases the personal data of the customer. This cannot be undone."
    )

    if answer == "Cancel":
        expect(question(page).get_by_role("button", name="Cancel")).to_be_focused()
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Escape")

    expect(question(page)).to_be_hidden()
    assert writes == []
    assert page.request.get(f"{CUSTOMERS}{customer['identifier']}/").json() == customer


@pytest.mark.expects_console_errors
def test_a_customer_that_changes_while_the_dialog_is_open_is_not_erased(
    page: Page, customer: dict[str, str]
) -> None:
    path = f"{CUSTOMERS}{customer['identifier']}/"
    review(page, "POST anonymize/: erase a customer", customer["identifier"])
    expect(question(page)).to_be_visible()

    token = page.locator("#try-write [name=csrfmiddlewaretoken]").input_value()
    changed = page.request.patch(path, data={"locale": "nl"}, headers={"X-CSRFToken": token})
    question(page).get_by_role("button", name="Send").click()

    expect(page.get_by_role("region", name="Response")).to_contain_text("has changed since")
    assert page.request.get(path).json() == changed.json()


@pytest.mark.expects_console_errors
def test_an_unknown_customer_is_an_error_without_a_dialog(
    page: Page, writes: list[Request]
) -> None:
    review(page, "PATCH: change a customer", "UNKNOWN")

    expect(page.get_by_role("region", name="Response")).to_contain_text("No Customer matches")
    expect(question(page)).to_be_hidden()
    assert writes == []


def test_a_body_that_is_not_json_is_an_error_of_the_form(
    page: Page, writes: list[Request], customer: dict[str, str]
) -> None:
    review(page, "PATCH: change a customer", customer["identifier"], "{locale}")

    message = page.get_by_role("textbox", name="Body").evaluate("e => e.validationMessage")
    assert message == "The body is not valid JSON."
    assert writes == []


def test_a_new_customer_is_created_after_the_dialog(page: Page, writes: list[Request]) -> None:
    email = "tried@example.org"

    review(page, "POST: create a customer", body=json.dumps({"email": email}))
    expect(question(page)).to_contain_text("This request creates a new customer.")
    question(page).get_by_role("button", name="Send").click()

    response = page.get_by_role("region", name="Response")
    expect(response).to_contain_text(email)
    assert [each.method for each in writes] == ["POST"]
    created = json.loads(response.inner_text())["identifier"]
    assert page.request.get(f"{CUSTOMERS}{created}/").json()["email"] == email


def test_without_javascript_there_is_no_form_for_writes(
    new_context: NewContext, member_state: StorageState
) -> None:
    page = new_context(storage_state=member_state, java_script_enabled=False).new_page()

    page.goto(API)

    expect(page.get_by_role("heading", name="Try it")).to_be_visible()
    expect(page.get_by_role("form", name="Change customers")).to_be_hidden()


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_form_and_dialog_have_no_accessibility_violations(
    new_context: NewContext, member_state: StorageState, look: Look
) -> None:
    page = page_like(new_context, look, storage_state=member_state, reduced_motion="reduce")
    page.goto("/organizers/workshop/customers/")
    first = page.locator(".customer-link").first.get_attribute("id") or ""

    review(page, "POST anonymize/: erase a customer", first.removeprefix("customer-"))
    expect(question(page)).to_be_visible()

    assert violations(page) == ""
