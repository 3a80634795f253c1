"""The main tasks in a real Firefox, whose console must have no errors."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import CAPTURE
from e2e.firefox.marionette import DOWN, ENTER, ESCAPE, Firefox, run_firefox, wait_until
from e2e.server import ROOT, Server

LIST = "/organizers/foxes/customers/"
EMAIL, PASSWORD = "fox@example.org", "foxes-in-the-den-1"
ROWS = "//td[contains(@class, 'name')]"
SEARCH = "//input[@id='search']"
WIDER = "return document.documentElement.scrollWidth - innerWidth"


def link(text: str) -> str:
    return f"//a[normalize-space() = '{text}']"


def button(text: str) -> str:
    return f"//button[starts-with(normalize-space(), '{text}')]"


@pytest.fixture(scope="module")
def signed_in(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox with a signed-in member, whose organizer has 127 customers."""
    found = subprocess.run([ROOT / ".ci" / "find-firefox"], capture_output=True, text=True)
    if found.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(found.stderr.splitlines()[-1])
    server.manage_at_once(
        ["create_organizer", "foxes", "--name", "Foxes"],
        ["create_staff", EMAIL, "--organizer", "foxes", "--password-stdin"],
        ["import_customers", "foxes", *CAPTURE],
        typed=f"{PASSWORD}\n",
    )
    profile: Path = tmp_path_factory.mktemp("firefox")
    with run_firefox(found.stdout.strip(), profile, server.url) as firefox:
        firefox.open(LIST)
        firefox.type("//input[@name='username']", EMAIL)
        firefox.type("//input[@name='password']", PASSWORD)
        firefox.click(button("Sign in"))
        firefox.find("//h1[. = 'Customers']")
        yield firefox


@pytest.fixture
def firefox(signed_in: Firefox) -> Iterator[Firefox]:
    """The Firefox on the list page, with an empty console."""
    signed_in.open(LIST)
    signed_in.take_errors()
    yield signed_in
    signed_in.set_width("")
    signed_in.set_preference("javascript.enabled", value=True)
    assert signed_in.take_errors() == []


def shows(firefox: Firefox, number: int) -> None:
    """Wait until the list has this number of rows."""
    wait_until(lambda: firefox.run("return document.querySelectorAll('td.name').length") == number)


def open_first(firefox: Firefox) -> str:
    """Open the first customer, and return its path."""
    firefox.click(f"({ROWS}/a)[1]")
    firefox.find("//a[@id = 'back']")
    return firefox.path.partition("?")[0]


def test_sign_in_leads_to_the_list(firefox: Firefox) -> None:
    assert firefox.path == LIST
    assert len(firefox.texts(ROWS)) == 50
    assert firefox.texts("//*[@id = 'count']") == ["127 customers"]


def test_typing_a_search_narrows_the_list(firefox: Firefox) -> None:
    firefox.type(SEARCH, "example.net")

    wait_until(lambda: firefox.path == f"{LIST}?search=example.net")
    assert "example.net" in firefox.text("//ul[@aria-label = 'Active filters']")


def test_a_filter_is_chosen_in_its_menu_and_removed_by_its_chip(firefox: Firefox) -> None:
    firefox.click(button("State"))
    firefox.click("//label[starts-with(normalize-space(), 'Inactive')]")
    wait_until(lambda: firefox.path == f"{LIST}?state=inactive")
    firefox.press(ESCAPE)

    firefox.click("//ul[@aria-label = 'Active filters']//a")

    wait_until(lambda: firefox.path == LIST)
    shows(firefox, 50)


def test_back_restores_the_page_and_the_order(firefox: Firefox) -> None:
    first = firefox.texts(ROWS)
    firefox.click("//a[@id = 'order-name']")
    wait_until(lambda: firefox.path == f"{LIST}?ordering=name")
    firefox.click(link("Next"))
    wait_until(lambda: firefox.path == f"{LIST}?ordering=name&page=2")

    firefox.back()
    wait_until(lambda: firefox.path == f"{LIST}?ordering=name")
    firefox.back()

    wait_until(lambda: firefox.path == LIST)
    wait_until(lambda: firefox.texts(ROWS) == first)


def test_arrow_keys_move_into_the_rows_and_enter_opens_a_customer(firefox: Firefox) -> None:
    firefox.press("k", control=True)
    assert firefox.run("return document.activeElement.id") == "search"

    firefox.press(DOWN)
    firefox.press(ENTER)

    firefox.find("//a[@id = 'back']")
    assert firefox.path.startswith(LIST)


def test_a_question_mark_shows_the_shortcuts(firefox: Firefox) -> None:
    firefox.press("?")

    assert "Show the keyboard shortcuts" in firefox.text("//dialog[@open]")
    firefox.press(ESCAPE)


def test_escape_and_a_click_outside_only_close_a_menu(
    firefox: Firefox,
) -> None:
    is_open = "return document.querySelector(':popover-open') !== null"
    firefox.click(button("Language"))
    assert firefox.run(is_open)
    firefox.press(ESCAPE)
    assert not firefox.run(is_open)

    firefox.click(button("Language"))
    firefox.click("//h1")

    wait_until(lambda: not firefox.run(is_open))
    assert firefox.path == LIST


def test_text_of_a_row_is_selected_without_opening_the_customer(firefox: Firefox) -> None:
    email = "(//td[@class = 'email'])[1]"

    firefox.drag(f"{email}/bdi", by=300)

    selected = firefox.run("return getSelection().toString().trim()")
    assert len(selected) > 5
    assert selected in firefox.text(email)
    assert firefox.path == LIST


def test_a_field_is_edited_on_the_page_and_the_change_is_undone(firefox: Firefox) -> None:
    open_first(firefox)
    firefox.click("//a[@id = 'edit-external_identifier']")

    firefox.type("//input[@name = 'external_identifier']", f"FOX-1{ENTER}")
    firefox.find("//*[@id = 'field-external_identifier'][contains(., 'FOX-1')]")
    firefox.click(button("Undo"))

    firefox.find("//*[contains(text(), 'external identifier as before')]")


def test_a_customer_is_erased_only_after_its_email_is_typed(firefox: Firefox) -> None:
    path = open_first(firefox)
    firefox.open(f"{path}erase/")

    firefox.type("//input[@name = 'confirmation']", f"somebody@else.example{ENTER}")

    firefox.find("//input[@name = 'confirmation' and @aria-invalid = 'true']")
    assert firefox.path.startswith(f"{path}erase/")


def test_chosen_columns_become_the_default(firefox: Firefox) -> None:
    firefox.click(button("Columns"))
    firefox.click("//a[@id = 'column-phone']")
    wait_until(lambda: firefox.path.endswith(",phone"))
    firefox.click(button("Use these columns by default"))
    firefox.find(button("Remove my default columns"))

    firefox.open(LIST)
    assert firefox.path.endswith(",phone")
    firefox.click(button("Columns"))
    firefox.click(button("Remove my default columns"))

    firefox.find("//*[. = 'The list now opens with the standard columns.']")


def test_search_filters_and_pages_work_without_javascript(firefox: Firefox) -> None:
    firefox.set_preference("javascript.enabled", value=False)
    firefox.open(LIST)

    firefox.type(SEARCH, f"example{ENTER}")
    firefox.find("//ul[@aria-label = 'Active filters']//a")
    firefox.click(link("Next"))
    firefox.find("//*[@id = 'pager'][contains(., 'Page 2')]")

    assert "search=example" in firefox.path
    assert "page=2" in firefox.path


def test_a_phone_has_a_sheet_of_filters_and_no_page_wider_than_the_window(
    firefox: Firefox,
) -> None:
    firefox.set_width(390)
    wait_until(lambda: firefox.run("return innerWidth") == 390)
    assert firefox.run(WIDER) <= 0

    firefox.click(button("Filters"))
    firefox.click(button("State"))
    firefox.click("//label[starts-with(normalize-space(), 'Active')]")

    wait_until(lambda: firefox.path == f"{LIST}?state=active")
    firefox.open(LIST)
    open_first(firefox)
    assert firefox.run(WIDER) <= 0
