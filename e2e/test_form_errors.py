"""The first field with an error gets the focus, so that the browser scrolls to the field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import sign_in

NewContext = Callable[..., BrowserContext]
TOKENS = "/organizers/bigevents/tokens/"
pytestmark = pytest.mark.expects_console_errors


@pytest.fixture(params=[390, 1440])
def width(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def tokens(new_context: NewContext, staff_state: StorageState, width: int) -> Page:
    """The page of tokens in a browser without JavaScript."""
    context = new_context(storage_state=staff_state, java_script_enabled=False)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(TOKENS)
    return page


def create_token(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create token").click()


def test_the_error_of_missing_permissions_has_the_focus(tokens: Page) -> None:
    tokens.get_by_label("Read customers", exact=True).uncheck()
    create_token(tokens, "no permissions")

    expect(tokens.get_by_label("Read customers", exact=True)).to_be_focused()
    expect(tokens.get_by_text("Choose at least one permission.")).to_be_in_viewport()


def test_the_error_of_a_used_name_has_the_focus(tokens: Page, width: int) -> None:
    create_token(tokens, f"taken {width}")
    create_token(tokens, f"taken {width}")

    error = tokens.get_by_text("An active token has this name.")
    expect(error).to_be_in_viewport()
    expect(tokens.locator(":focus")).to_be_in_viewport()
    assert tokens.locator(":focus").get_attribute("role") == "alert" or (
        tokens.locator(":focus").get_attribute("name") == "name"
    )


@pytest.fixture
def gallery(new_context: NewContext, gallery_state: StorageState, width: int) -> Page:
    """A page in a browser without JavaScript, for a member who may change customers."""
    context = new_context(storage_state=gallery_state, java_script_enabled=False)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 600})
    return page


def test_the_first_error_of_a_new_customer_has_the_focus(gallery: Page) -> None:
    gallery.goto("/organizers/gallery/new-customer/")
    gallery.get_by_label("Email", exact=True).fill("nope")
    gallery.get_by_label("Phone").fill("12")
    gallery.get_by_role("button", name="Create customer").click()

    expect(gallery.get_by_label("Email", exact=True)).to_be_focused()
    expect(gallery.get_by_text("Enter a valid email address.")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("path", "button", "label", "error"),
    [
        ("erase/", "Erase customer", "Type the identifier to confirm", "Nothing was erased."),
        ("notes/", "Save note", "Note", "Enter a note."),
    ],
)
def test_the_error_of_a_field_has_the_focus(
    gallery: Page, path: str, button: str, label: str, error: str
) -> None:
    gallery.goto("/organizers/gallery/new-customer/")
    gallery.get_by_role("button", name="Create customer").click()
    gallery.goto(gallery.url.partition("?")[0] + path)
    gallery.get_by_role("button", name=button).click()

    expect(gallery.get_by_label(label)).to_be_focused()
    expect(gallery.get_by_text(error)).to_be_in_viewport()


@pytest.mark.parametrize("path", ["history/?kind=nope", "export/?format=pdf"])
def test_an_error_in_a_url_has_the_focus(gallery: Page, path: str) -> None:
    gallery.goto(f"/organizers/gallery/{path}")

    expect(gallery.get_by_role("alert")).to_be_focused()
    expect(gallery.get_by_role("alert")).to_be_in_viewport()


def test_the_error_of_a_failed_sign_in_has_the_focus(new_context: NewContext, width: int) -> None:
    page = new_context().new_page()
    page.set_viewport_size({"width": width, "height": 400})
    page.goto("/sign-in/")

    sign_in(page, "focus@example.org", "wrong")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_be_in_viewport()
