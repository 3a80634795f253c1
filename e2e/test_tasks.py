"""Seven tasks of a customer desk, and the number of actions of each.

An action is a click, a key, a typed text or an opened URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect
from python_calamine import CalamineWorkbook

from e2e.conftest import NewContext
from e2e.server import Server
from e2e.steps import (
    count_above_table,
    customer_names,
    customer_rows,
    filter_button,
    filter_chip,
    search_box,
    sign_in_once,
)

DESK: Final = "/organizers/desk/customers/"
EMAIL: Final = "desk@example.org"
PASSWORD: Final = "a day at the desk"
UNVERIFIED: Final = 70


class Person:
    """A member at a page. Counts the member's actions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def open(self, address: str) -> None:
        self.actions += 1
        self.page.goto(address)

    def click(self, target: Locator) -> None:
        self.actions += 1
        target.click()

    def type(self, text: str) -> None:
        self.actions += 1
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)


def _customers() -> Iterator[dict[str, object]]:
    """Seventy unverified customers, seven of them new this week, and the customer of the caller."""
    now = datetime.now(UTC)
    for number in range(UNVERIFIED):
        joined = now - timedelta(days=1 if number < 7 else 40 + number, minutes=number)
        yield _customer(f"New {number:02}", joined, phone=f"+49 30 5550{number:03}")
    yield _customer(
        "Greta Ohlsson",
        now - timedelta(days=2),
        phone="+49 170 1234567",
        is_verified=True,
        last_login=(now - timedelta(days=1)).isoformat(),
    )


def _customer(name: str, joined: datetime, **others: object) -> dict[str, object]:
    word = name.replace(" ", "").upper()
    return {
        "identifier": word,
        "email": f"{word.lower()}@mail.example",
        "name_parts": {"_scheme": "full", "full_name": name},
        "is_active": True,
        "is_verified": False,
        "last_login": None,
        "date_joined": joined.isoformat(),
        "locale": "de",
        "last_modified": joined.isoformat(),
    } | others


@pytest.fixture(scope="module")
def desk_state(
    server: Server,
    browser: Browser,
    browser_context_args: dict[str, object],
    tmp_path_factory: pytest.TempPathFactory,
) -> StorageState:
    """The cookies of a member of an organizer that no other test uses."""
    file = tmp_path_factory.mktemp("desk") / "customers.ndjson"
    file.write_text("".join(json.dumps(each) + "\n" for each in _customers()))
    zone = ("--timezone", "Europe/Berlin", "--country", "DE")
    server.manage_at_once(
        ["create_organizer", "desk", "--name", "Desk", *zone],
        ["create_staff", EMAIL, "--organizer", "desk", "--password-stdin"],
        ["import_customers", "desk", str(file)],
        typed=f"{PASSWORD}\n",
    )
    with browser.new_context(**browser_context_args) as context:  # type: ignore[arg-type]
        return sign_in_once(context.new_page(), EMAIL, PASSWORD)


@pytest.fixture
def person(new_context: NewContext, desk_state: StorageState) -> Person:
    """A member with the list open."""
    person = Person(new_context(storage_state=desk_state).new_page())
    person.page.goto(DESK)
    return person


def test_a_customer_is_found_by_a_part_of_the_email_in_three_actions(person: Person) -> None:
    person.click(search_box(person.page))
    person.type("ohlsson@mail")
    person.press("Enter")

    expect(person.page.get_by_role("heading", level=1)).to_have_text("Greta Ohlsson")
    assert person.actions == 3


def test_the_unverified_customers_of_the_last_week_take_three_actions(
    person: Person,
) -> None:
    views = person.page.get_by_role("navigation", name="Saved views")

    person.click(views.get_by_role("link", name=re.compile("^Unverified")))
    person.click(filter_button(person.page, "Registered"))
    person.click(person.page.get_by_role("link", name="Last 7 days"))

    expect(filter_chip(person.page, "Registered last 7 days")).to_be_visible()
    expect(filter_chip(person.page, "State Unverified")).to_be_visible()
    expect(count_above_table(person.page, "7 of 71 customers")).to_be_visible()
    assert person.actions == 3


def test_the_state_and_the_last_use_of_an_account_take_two_actions(person: Person) -> None:
    person.click(search_box(person.page))
    person.type("greta")

    row = customer_rows(person.page).filter(has_text="Greta Ohlsson")
    expect(customer_rows(person.page)).to_have_count(1)
    expect(row.get_by_text("Active", exact=True)).to_be_visible()
    expect(row.get_by_text(re.compile("^(yesterday|1 day ago)$"))).to_be_visible()
    assert person.actions == 2


def test_sixty_customers_one_by_one_take_sixty_two_actions(person: Person) -> None:
    page = person.page
    met = []

    person.open(f"{DESK}?state=unverified")
    person.click(customer_rows(page).first.get_by_role("link"))
    for number in range(1, 61):
        expect(page.locator(".position-number")).to_have_text(f"{number} of {UNVERIFIED}")
        page.wait_for_load_state()
        met.append(page.get_by_role("heading", level=1).inner_text())
        if number < 60:
            person.press("Alt+ArrowDown")
    person.click(page.get_by_role("link", name="Back to the filtered list"))

    expect(page).to_have_url(re.compile(r"state=unverified&page=2#customer-"))
    assert met == [f"New {number:02}" for number in range(60)]
    assert person.actions == 62


def test_a_list_is_shared_by_its_url(
    person: Person, new_context: NewContext, desk_state: StorageState
) -> None:
    person.page.goto(f"{DESK}?state=unverified&ordering=-date_joined&columns=name,phone")
    colleague = Person(new_context(storage_state=desk_state).new_page())

    colleague.open(person.page.url)

    assert customer_names(colleague.page) == customer_names(person.page) != []
    assert colleague.page.url == person.page.url
    assert colleague.actions == 1


def test_a_list_is_exported_as_excel_in_two_actions(person: Person, tmp_path: Path) -> None:
    person.page.goto(f"{DESK}?state=unverified&ordering=-date_joined")

    person.click(person.page.get_by_role("button", name="Export"))
    with person.page.expect_download() as download:
        person.click(person.page.get_by_role("button", name="Excel"))

    file = tmp_path / "customers.xlsx"
    download.value.save_as(file)
    header, *lines = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    shown = customer_names(person.page)
    assert [line[header.index("Name")] for line in lines][: len(shown)] == shown
    assert len(lines) == UNVERIFIED
    assert person.actions == 2


def test_a_caller_is_found_by_phone_number_on_a_phone_in_three_actions(person: Person) -> None:
    person.page.set_viewport_size({"width": 390, "height": 844})

    person.click(search_box(person.page))
    person.type("0170 1234567")
    person.click(customer_rows(person.page).filter(has_text="Greta Ohlsson"))

    expect(person.page.get_by_role("heading", level=1)).to_have_text("Greta Ohlsson")
    assert person.actions == 3
