"""Seven tasks that change customers, with the number of actions, also without JavaScript."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from e2e.server import Server
from e2e.steps import customer_rows, search_box, sign_in_once

NewContext = Callable[..., BrowserContext]
CREATE = "/organizers/office/new-customer/"
OFFICE = "/organizers/office/customers/"
EMAIL = "olga@example.org"
PASSWORD = "office-olga-1"


class Member:
    """A member at a page. Counts the member's actions: clicks, texts and keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def click(self, element: Locator) -> None:
        self.actions += 1
        element.click()

    def type(self, text: str, label: str) -> None:
        self.actions += 1
        self.page.get_by_role("textbox", name=label).fill(text)

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def office_state(
    server: Server, browser: Browser, browser_context_args: dict[str, object]
) -> StorageState:
    """The cookies of a member of an organizer that no other test uses."""
    zone = ("--timezone", "Europe/Berlin", "--country", "DE")
    server.manage_at_once(
        ["create_organizer", "office", "--name", "Office", *zone],
        ["create_staff", EMAIL, "--organizer", "office", "--password-stdin"],
        typed=f"{PASSWORD}\n",
    )
    with browser.new_context(**browser_context_args) as context:  # type: ignore[arg-type]
        return sign_in_once(context.new_page(), EMAIL, PASSWORD)


@pytest.fixture
def office_page(new_context: NewContext, office_state: StorageState) -> Page:
    return new_context(storage_state=office_state).new_page()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def member(
    request: pytest.FixtureRequest, new_context: NewContext, office_state: StorageState
) -> Member:
    context = new_context(storage_state=office_state, java_script_enabled=request.param)
    return Member(context.new_page())


@pytest.fixture
def customer(new_context: NewContext, office_state: StorageState) -> str:
    """The URL of a new customer."""
    page = new_context(storage_state=office_state, java_script_enabled=False).new_page()
    page.goto(CREATE)
    page.get_by_label("Full name").fill("Ann Lee")
    page.get_by_role("button", name="Create customer").click()
    identifier = re.findall(rf"{OFFICE}(\w+)/", page.url)[0]
    page.goto(f"{OFFICE}{identifier}/edit/email/")
    page.get_by_label("Email").fill(f"{identifier}@example.org")
    page.get_by_role("button", name="Save").click()
    return f"{OFFICE}{identifier}/"


def button(member: Member, name: str) -> Locator:
    return member.page.get_by_role("button", name=name, exact=True)


def link(member: Member, name: str) -> Locator:
    return member.page.get_by_role("link", name=name, exact=True)


def test_a_customer_is_created_in_six_actions(member: Member) -> None:
    member.page.goto(OFFICE)
    member.click(link(member, "New customer"))
    member.type("Ben Lee", "Full name")
    member.type(f"ben{id(member)}@example.org", "Email")
    member.type("030 231250", "Phone")
    member.click(button(member, "Create customer"))

    expect(member.page.get_by_role("heading", name="Ben Lee")).to_be_visible()
    expect(member.page.get_by_role("link", name="+49 30 231250")).to_be_visible()
    expect(member.page.get_by_text("The customer was created.").last).to_be_visible()
    assert member.actions <= 6


def test_an_email_is_corrected_in_three_actions_and_undone_in_one(
    member: Member, customer: str
) -> None:
    email = f"new{id(member)}@example.org"
    member.page.goto(customer)
    member.click(link(member, "Edit email"))
    member.type(email, "Email")
    member.press("Enter")
    expect(member.page.locator("#saved")).to_contain_text("Saved: email changed.")
    expect(member.page.get_by_role("link", name=email)).to_be_visible()
    assert member.actions == 3

    member.actions = 0
    member.click(button(member, "Undo"))
    expect(member.page.locator("#saved")).to_contain_text("Undone: email as before.")
    expect(member.page.get_by_role("link", name=email)).to_have_count(0)
    assert member.actions == 1


def test_a_customer_is_deactivated_in_two_actions(member: Member, customer: str) -> None:
    member.page.goto(customer)
    member.click(member.page.get_by_text("More", exact=True))
    member.click(button(member, "Deactivate"))

    expect(member.page.get_by_text("Inactive", exact=True)).to_be_visible()
    assert member.actions == 2


def test_a_customer_is_erased_in_four_actions(member: Member, customer: str) -> None:
    identifier = customer.removeprefix(OFFICE).strip("/")
    member.page.goto(customer)
    member.click(link(member, "Erase"))
    member.type(f"{identifier}@example.org", "Type the email to confirm")
    member.click(button(member, "Erase customer"))

    expect(member.page.get_by_text("Anonymised", exact=True)).to_be_visible()
    assert member.actions <= 4


def test_a_note_takes_three_actions(member: Member, customer: str) -> None:
    member.page.goto(customer)
    member.click(member.page.get_by_text("Add note", exact=True))
    member.type("Called about her seat", "Note")
    member.click(button(member, "Save note"))

    [note] = team_notes(member).all()
    expect(note).to_contain_text("Called about her seat")
    expect(note).to_contain_text(EMAIL)
    assert member.actions == 3


def test_the_author_of_the_last_change_is_one_action_away(member: Member, customer: str) -> None:
    identifier = customer.removeprefix(OFFICE).strip("/")
    member.page.goto(f"{OFFICE}?search={identifier}")
    member.click(customer_rows(member.page).get_by_role("link", name="Ann Lee"))

    last = events(member).first
    expect(last).to_contain_text("olga@example.org changed email")
    expect(last).to_contain_text(f"{identifier.lower()}@example.org")
    assert member.actions == 1


def test_notes_are_listed_with_the_newest_first_and_a_search_finds_them(
    member: Member, customer: str
) -> None:
    for text in ("Needs a ramp", f"Prefers aisle{id(member)}"):
        member.page.goto(f"{customer}notes/")
        member.page.get_by_label("Note").fill(text)
        button(member, "Save note").click()

    expect(team_notes(member)).to_contain_text([f"Prefers aisle{id(member)}", "Needs a ramp"])
    search_box(member.page).fill(f"aisle{id(member)} ramp lee")
    search_box(member.page).press("Enter")

    expect(member.page.get_by_role("heading", name="Ann Lee").or_(names_of(member))).to_be_visible()


def test_the_history_of_a_customer_is_filtered_by_kind(member: Member, customer: str) -> None:
    member.page.goto(f"{customer}notes/")
    member.page.get_by_label("Note").fill("Called")
    button(member, "Save note").click()
    kinds = member.page.get_by_role("list", name="Kinds of changes")

    sentences = {}
    for kind in ("Noted", "Created", "All"):
        kinds.get_by_role("link", name=kind, exact=True).click()
        expect(kinds.get_by_role("link", name=kind, exact=True)).to_have_attribute(
            "aria-current", "true"
        )
        sentences[kind] = events(member).locator(".event-sentence").all_inner_texts()

    assert sentences["Noted"] == [f"{EMAIL} added a note"]
    assert [each.partition(":")[0] for each in sentences["Created"]] == [
        f"{EMAIL} created the customer"
    ]
    assert len(sentences["All"]) == 3


def test_the_history_of_all_customers_is_filtered_and_exported(
    member: Member, customer: str
) -> None:
    identifier = customer.removeprefix(OFFICE).strip("/")
    member.page.goto(OFFICE)
    link(member, "History").click()
    member.page.get_by_label("Identifier of customer").fill(identifier)
    member.page.get_by_label("Kind").select_option("Changed")
    button(member, "Filter").click()
    expect(events(member)).to_have_count(1)
    expect(events(member)).to_contain_text(f"{identifier.lower()}@example.org")

    with member.page.expect_download() as download:
        link(member, "Export as CSV").click()

    lines = download.value.path().read_text("utf-8-sig").splitlines()
    [cells] = [*csv.DictReader(lines)]
    assert (cells["customer"], cells["field"]) == (identifier, "email")
    assert cells["after"] == f"{identifier.lower()}@example.org"
    link(member, "Clear filters").click()
    expect(events(member).nth(1)).to_be_visible()


def team_notes(member: Member) -> Locator:
    return member.page.get_by_role("region", name="Team notes").get_by_role("article")


def events(member: Member) -> Locator:
    return member.page.locator(".event")


def names_of(member: Member) -> Locator:
    return customer_rows(member.page).get_by_role("link", name="Ann Lee")


def test_escape_cancels_a_field_and_returns_the_focus(office_page: Page, customer: str) -> None:
    office_page.goto(customer)
    office_page.get_by_role("link", name="Edit phone").click()
    expect(office_page.get_by_label("Phone")).to_be_focused()

    office_page.keyboard.press("Escape")

    expect(office_page.get_by_label("Phone")).to_have_count(0)
    expect(office_page.get_by_role("link", name="Edit phone")).to_be_focused()


def test_notes_are_edited_on_the_page_and_the_change_is_undone(
    member: Member, customer: str
) -> None:
    page = member.page
    for text in ("Likes the aisle.", "\nNeeds a ramp."):
        page.goto(customer)
        page.get_by_role("link", name="Edit account note").click()
        expect(page.get_by_role("textbox", name="Account note")).to_be_focused()
        page.get_by_role("textbox", name="Account note").press("Control+End")
        page.keyboard.type(text)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#field-notes")).to_contain_text(text.strip())

    expect(page.locator("#field-notes")).to_contain_text("Likes the aisle.\nNeeds a ramp.")
    page.get_by_role("button", name="Undo").first.click()

    expect(page.locator("#field-notes")).not_to_contain_text("ramp")
    expect(page.locator("#field-notes")).to_contain_text("Likes the aisle.")


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("width", [390, 1440])
def test_an_error_is_shown_in_the_form_of_the_field(
    office_page: Page, customer: str, width: int
) -> None:
    office_page.set_viewport_size({"width": width, "height": 600})
    office_page.goto(customer)
    office_page.get_by_role("link", name="Edit email").click()
    office_page.get_by_label("Email").fill("nope")
    office_page.keyboard.press("Enter")

    expect(office_page.get_by_text("Enter a valid email address.")).to_be_in_viewport()
    expect(office_page.get_by_label("Email")).to_be_focused()
    expect(office_page.get_by_role("heading", name="Ann Lee")).to_be_visible()
