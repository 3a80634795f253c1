"""Sign-in, sign-out, and the choice of an organizer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, PLAYHOUSE, customer_rows, sign_in, wait_for_tabs


@pytest.fixture
def visitor(new_context: NewContext) -> Page:
    """A page without a session."""
    return new_context().new_page()


def test_a_visitor_signs_in_and_returns_to_the_requested_page(
    visitor: Page,
) -> None:
    wanted = f"{BIGEVENTS}?search=doe&locale=de"

    visitor.goto(wanted)
    expect(visitor).to_have_url(re.compile("/sign-in/"))
    sign_in(visitor)

    expect(visitor).to_have_url(wanted)
    expect(customer_rows(visitor).filter(has_text="John Doe")).to_be_visible()


def test_a_wrong_password_is_an_error_and_the_email_stays(visitor: Page) -> None:
    visitor.goto(f"{BIGEVENTS}?search=doe")
    sign_in(visitor, password="guessed")

    expect(visitor.get_by_role("alert")).to_have_text("The email or the password is wrong.")
    expect(visitor.get_by_label("Email")).to_have_value("demo@example.org")
    expect(visitor.get_by_label("Password")).to_have_value("")

    sign_in(visitor)
    expect(visitor).to_have_url(f"{BIGEVENTS}?search=doe")


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", r"/\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_redirects_to_another_site(visitor: Page, address: str) -> None:
    visitor.goto(f"/sign-in/?next={address}")
    sign_in(visitor)

    expect(visitor).to_have_url(BIGEVENTS)


def test_the_email_field_has_the_focus(visitor: Page) -> None:
    visitor.goto("/")

    expect(visitor.get_by_label("Email")).to_be_focused()


def test_a_member_of_one_organizer_skips_the_list_of_organizers(visitor: Page) -> None:
    visitor.goto("/")
    sign_in(visitor)

    expect(visitor).to_have_url(BIGEVENTS)
    expect(visitor.get_by_role("heading", name="Customers")).to_be_visible()
    expect(visitor.get_by_role("button", name="Organizer:")).to_have_count(0)


def test_a_signed_in_member_is_redirected_from_sign_in(staff_page: Page) -> None:
    staff_page.goto("/sign-in/")

    expect(staff_page).to_have_url(BIGEVENTS)


def test_a_signed_out_member_has_no_access(visitor: Page) -> None:
    visitor.goto("/sign-in/")
    sign_in(visitor)
    visitor.get_by_role("button", name="Account").click()
    expect(visitor.get_by_text("demo@example.org")).to_be_visible()
    visitor.get_by_role("button", name="Sign out").click()

    expect(visitor).to_have_url(re.compile("/sign-in/"))
    visitor.go_back()
    expect(visitor.get_by_label("Password")).to_be_visible()
    visitor.goto(BIGEVENTS)
    expect(visitor.get_by_label("Password")).to_be_visible()


def test_sign_out_without_a_session_redirects_to_sign_in(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    wait_for_tabs(staff_page)
    staff_page.context.clear_cookies(name="sessionid")
    staff_page.get_by_role("button", name="Account").click()
    staff_page.get_by_role("button", name="Sign out").click()

    expect(staff_page).to_have_url("/sign-in/")
    sign_in(staff_page)
    expect(customer_rows(staff_page)).to_have_count(50)


def test_a_member_of_two_organizers_chooses_one(clara_page: Page) -> None:
    clara_page.goto("/")
    expect(clara_page.get_by_role("heading", name="Organizers")).to_be_visible()

    clara_page.get_by_role("main").get_by_role("link", name="Playhouse").click()

    expect(clara_page).to_have_url(PLAYHOUSE)


def test_a_member_of_two_organizers_switches_to_the_other(clara_page: Page) -> None:
    clara_page.get_by_role("button", name="Organizer: Playhouse").click()
    other = clara_page.get_by_role("navigation", name="Organizers").get_by_role("link")
    expect(other.filter(has_text="Playhouse")).to_have_attribute("aria-current", "true")

    other.filter(has_text="Big Events").click()

    expect(clara_page).to_have_url(BIGEVENTS)


@pytest.mark.expects_console_errors
def test_a_lockout_shows_how_long_it_lasts(visitor: Page) -> None:
    visitor.goto("/sign-in/")

    for _attempt in range(5):
        sign_in(visitor, "unknown@example.org", "wrong")
        # Wait for the response.
        expect(visitor.get_by_label("Password")).to_have_value("")

    expect(visitor.get_by_role("alert")).to_have_text(
        "Too many failed sign-ins. Try again in 5 minutes."
    )
    expect(visitor.get_by_label("Email")).to_have_value("unknown@example.org")
