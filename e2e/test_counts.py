"""Counts of long lists: capped at first, exact in a later response, and beside filters."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.conftest import CLARA, CLARAS_PASSWORD, NewContext
from e2e.server import Server
from e2e.steps import (
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    release_first_request,
    sign_in,
    sort_link,
)

ARENA = "/organizers/arena/customers/"
MANY = f"{ARENA}?search=example"


@pytest.fixture(scope="session")
def arena(server: Server, playhouse: str) -> str:
    """A list with more customers than a page counts exactly. Clara is a member of its organizer."""
    server.manage_at_once(
        ["create_organizer", "arena", "--name", "Arena"],
        ["seed_demo", "arena", "--customers", "10500", "--verbosity", "0"],
        ["create_staff", CLARA, "--organizer", "arena", "--password-stdin"],
        typed=f"{CLARAS_PASSWORD}\n",
    )
    return ARENA


def sign_in_and_open(page: Page) -> None:
    page.goto(MANY)
    sign_in(page, CLARA, CLARAS_PASSWORD)
    expect(customer_rows(page)).to_have_count(50)


def test_the_exact_count_replaces_every_count_of_the_page(
    new_context: NewContext, arena: str
) -> None:
    page = new_context().new_page()
    held: list[Route] = []

    def hold_exact_count(route: Route) -> None:
        is_counting = route.request.headers.get("hx-target", "").endswith("#count")
        held.append(route) if is_counting else route.continue_()

    page.route("**/arena/customers/**", hold_exact_count)
    sign_in_and_open(page)
    expect(count_above_table(page, "10,000+ of 10,500 customers")).to_be_visible()
    expect(page).to_have_title("10,000+ customers · Arena · Portal")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("1–50 of 10,000+")

    release_first_request(page, held)

    expect(page.get_by_text("10,000+")).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^10,[0-9]{3} customers · Arena · Portal$"))
    expect(page.get_by_role("status")).to_contain_text("page 1 of 208, ordered by Email")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("Page 1 of 208")
    expect(page).to_have_url(MANY)


def test_the_exact_count_is_also_loaded_after_a_swap(new_context: NewContext, arena: str) -> None:
    page = new_context().new_page()
    sign_in_and_open(page)
    expect(page.get_by_text("10,000+")).to_have_count(0)

    sort_link(page, "Identifier").click()

    expect(page).to_have_url(re.compile("ordering=identifier"))
    expect(page.get_by_text("10,000+")).to_have_count(0)
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("Page 1 of 208")


def test_without_javascript_the_pages_reach_the_end_of_the_list(
    new_context: NewContext, arena: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in_and_open(page)
    expect(count_above_table(page, "10,000+ of 10,500 customers")).to_be_visible()

    page.get_by_role("link", name="Last", exact=True).click()

    expect(page.get_by_text("Page 208 of 208", exact=True)).to_be_visible()
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_role("link", name="Next")).to_be_visible()


def test_each_choice_of_a_filter_has_a_count(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?locale=de")
    clara_page.get_by_role("button", name="State").click()
    expect(clara_page.get_by_role("checkbox", name=re.compile(r"^Active \d+$"))).to_be_visible()

    clara_page.get_by_role("checkbox", name="Anonymised").check()

    anonymised = clara_page.get_by_role("checkbox", name=re.compile(r"^Anonymised \d+$"))
    number = (anonymised.locator("..").inner_text()).split()[-1]
    expect(count_above_table(clara_page, f"{number} of 127 customers")).to_be_visible()
