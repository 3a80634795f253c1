"""WCAG 2.2 AA: the rules of axe-core, the keyboard, any width, forced colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from e2e.steps import BIGEVENTS, PLAYHOUSE, customer_rows, open_menu, search_box

NewContext = Callable[..., BrowserContext]
DETAIL = f"{BIGEVENTS}8WSAJCJ/"
PAGES = {
    "organizers": "/organizers/?all",
    "list": f"{BIGEVENTS}?page_size=25",
    "filtered": f"{BIGEVENTS}?search=an&state=active&locale=de&ordering=-last_login&page_size=25",
    "overview": f"{BIGEVENTS}?overview=on&date_joined_since=2025-01-01&page_size=25",
    "no customers": f"{BIGEVENTS}?search=zzzzzz&is_active=true",
    "exact match": f"{BIGEVENTS}?search=8wsajcj&is_active=false",
    "invalid filter": f"{BIGEVENTS}?date_joined_since=2026-02-01&date_joined_until=2026-01-01&x=1",
    "detail": DETAIL,
    "export": "/organizers/bigevents/export/?locale=de&format=pdf",
    "history": "/organizers/bigevents/history/?kind=created&since=2026-13-01",
    "api": "/organizers/bigevents/api/",
    "not found": "/organizers/smallshows/customers/",
}
# Each width and each colour scheme occurs once. Only colours depend on the scheme.
LOOKS = {"wide": ("light", 1440), "tablet": ("dark", 768), "phone": ("light", 390)}
Look = tuple[str, int]
Scheme = Literal["light", "dark"]
ForcedColors = Literal["active", "none"]
# A page is prepared once and checked at each width and theme. 720 px are 1440 px at 200 %.
STATES_IN_LOOKS: Final[Mapping[str, tuple[Scheme, int, ForcedColors]]] = {
    "light": ("light", 1440, "none"),
    "dark, 320 px": ("dark", 320, "none"),
    "forced colours, 200 %": ("light", 720, "active"),
}
NEW_CUSTOMER = "/organizers/gallery/new-customer/"
WIDER = "document.documentElement.scrollWidth - innerWidth"
OUTLINES = """each => each.map(e => getComputedStyle(e))
  .map(style => `${style.outlineStyle} ${style.outlineWidth}`)"""


# Passed rules are not reported, because the report takes a third of the time.
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}


def violations(page: Page) -> str:
    """The violations that axe-core reports for the page, as text; empty without violations."""
    results = Axe().run(page, options=ONLY_VIOLATIONS)
    return results.generate_report() if results.violations_count else ""


def page_like(new_context: NewContext, look: Look, **options: Any) -> Page:
    scheme, width = look
    page = new_context(color_scheme=scheme, **options).new_page()
    page.set_viewport_size({"width": width, "height": 844})
    return page


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def page_in_a_theme(
    request: pytest.FixtureRequest, new_context: NewContext, staff_state: StorageState
) -> Page:
    return page_like(new_context, request.param, storage_state=staff_state)


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_pages_have_no_accessibility_violations(page_in_a_theme: Page, path: str) -> None:
    page_in_a_theme.goto(path)

    assert violations(page_in_a_theme) == ""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_page_of_an_anonymised_customer_has_no_violations(
    new_context: NewContext, clara_state: StorageState, look: Look
) -> None:
    page = page_like(new_context, look, storage_state=clara_state)
    page.goto(f"{PLAYHOUSE}39KG6GP/")
    expect(page.get_by_text("Anonymised", exact=True)).to_be_visible()

    assert violations(page) == ""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_sign_in_page_has_no_violations(new_context: NewContext, look: Look) -> None:
    page = page_like(new_context, look)
    page.goto("/sign-in/")
    assert violations(page) == ""

    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == ""


def test_an_open_filter_has_no_violations(page_in_a_theme: Page) -> None:
    page_in_a_theme.goto(PAGES["list"])
    open_menu(page_in_a_theme, "Language")
    expect(page_in_a_theme.get_by_role("checkbox", name="French")).to_be_visible()

    assert violations(page_in_a_theme) == ""


def test_the_open_export_menu_has_no_violations(page_in_a_theme: Page) -> None:
    page_in_a_theme.goto(PAGES["list"])
    open_menu(page_in_a_theme, "Export")
    expect(page_in_a_theme.get_by_role("button", name="Excel")).to_be_in_viewport(ratio=1)
    expect(page_in_a_theme.get_by_role("button", name="NDJSON")).to_be_in_viewport(ratio=1)

    assert violations(page_in_a_theme) == ""


@pytest.mark.parametrize("query", ["", "last_login_since=-30d"])
def test_an_open_time_filter_has_no_violations(page_in_a_theme: Page, query: str) -> None:
    page_in_a_theme.goto(f"{BIGEVENTS}?page_size=25&{query}")
    open_menu(page_in_a_theme, "Last sign-in")
    expect(page_in_a_theme.get_by_role("link", name="Last 365 days")).to_be_visible()

    assert violations(page_in_a_theme) == ""


def test_the_menu_of_recent_customers_has_no_violations(page_in_a_theme: Page) -> None:
    page_in_a_theme.goto(DETAIL)
    page_in_a_theme.goto(PAGES["list"])
    search_box(page_in_a_theme).click()
    expect(page_in_a_theme.get_by_role("navigation", name="Recently opened")).to_be_visible()

    assert violations(page_in_a_theme) == ""


def test_the_open_menu_of_a_customer_has_no_violations(page_in_a_theme: Page) -> None:
    page_in_a_theme.goto(DETAIL)
    page_in_a_theme.get_by_text("More", exact=True).click()
    expect(page_in_a_theme.get_by_role("link", name="JSON")).to_be_visible()

    assert violations(page_in_a_theme) == ""


def check_every_width_and_theme(page: Page) -> None:
    """Check that axe-core finds no violations, and that the page is not wider than the window."""
    for look, (scheme, width, colors) in STATES_IN_LOOKS.items():
        page.set_viewport_size({"width": width, "height": 600})
        page.emulate_media(color_scheme=scheme, forced_colors=colors)
        assert violations(page) == "", look
        assert page.evaluate(WIDER) <= 0, look


@pytest.fixture
def gallery(new_context: NewContext, gallery_state: StorageState) -> Page:
    """The page of a new customer."""
    page = new_context(storage_state=gallery_state).new_page()
    page.goto(NEW_CUSTOMER)
    page.get_by_label("Given name").fill("Ada")
    page.get_by_role("button", name="Create customer").click()
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    page.goto(page.url.partition("?")[0])
    return page


def edit(page: Page, field: str, label: str, value: str) -> None:
    """Open the form of a field on the customer's page, and change the value."""
    page.get_by_role("link", name=f"Edit {field}").click()
    page.get_by_label(label, exact=True).fill(value)
    page.keyboard.press("Enter")


@pytest.mark.expects_console_errors
def test_the_forms_of_a_customer_have_no_violations(gallery: Page) -> None:
    edit(gallery, "email", "Email", "taken@example.org")
    gallery.goto(NEW_CUSTOMER)
    gallery.get_by_label("Given name").fill("Ada")
    gallery.get_by_label("Family name").fill("King")
    expect(gallery.get_by_role("status").filter(has_text="Shown as Ada King")).to_be_visible()
    gallery.get_by_label("Email", exact=True).fill("TAKEN@example.org")
    gallery.get_by_label("Phone").fill("12")

    gallery.get_by_role("button", name="Create customer").click()

    expect(gallery.get_by_role("link", name=re.compile("Open "))).to_be_visible()
    expect(gallery.get_by_text("The phone number entered is not valid.")).to_be_visible()
    check_every_width_and_theme(gallery)


@pytest.mark.expects_console_errors
def test_a_field_that_is_edited_has_no_violations(gallery: Page) -> None:
    gallery.get_by_role("link", name="Edit name").click()
    expect(gallery.get_by_label("Family name")).to_be_visible()
    check_every_width_and_theme(gallery)
    gallery.keyboard.press("Escape")

    edit(gallery, "phone", "Phone", "12")
    expect(gallery.get_by_text("The phone number entered is not valid.")).to_be_visible()
    check_every_width_and_theme(gallery)

    gallery.get_by_label("Phone", exact=True).fill("030 231250")
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_text("Saved: phone changed.").last).to_be_visible()
    check_every_width_and_theme(gallery)


@pytest.mark.expects_console_errors
def test_an_edit_conflict_has_no_violations(gallery: Page) -> None:
    other = gallery.context.new_page()
    other.goto(gallery.url)
    gallery.goto(f"{gallery.url}edit/")
    edit(other, "phone", "Phone", "030 231250")
    expect(other.get_by_text("Saved: phone changed.").last).to_be_visible()
    undo = other.locator("#saved form").get_attribute("action")
    edit(other, "phone", "Phone", "030 231251")
    expect(other.get_by_role("link", name="+49 30 231251")).to_be_visible()

    gallery.get_by_label("Phone", exact=True).fill("030 231252")
    gallery.get_by_role("button", name="Save").click()
    expect(gallery.get_by_role("group", name="This customer was changed")).to_be_focused()
    check_every_width_and_theme(gallery)

    other.goto(undo or "")
    other.get_by_role("button", name="Undo").click()
    expect(other.get_by_text("Changed again since: phone.")).to_be_visible()
    check_every_width_and_theme(other)


@pytest.mark.expects_console_errors
def test_notes_and_history_have_no_violations(gallery: Page) -> None:
    edit(gallery, "email", "Email", "notes@example.org")
    expect(gallery.get_by_text("Saved: email changed.").last).to_be_visible()
    gallery.get_by_text("Add note", exact=True).click()
    gallery.get_by_label("Note", exact=True).fill("One\ntwo")
    check_every_width_and_theme(gallery)
    gallery.get_by_role("button", name="Save note").click()
    expect(gallery.get_by_text("added a note")).to_be_visible()
    check_every_width_and_theme(gallery)

    gallery.goto(gallery.url.partition("?")[0].partition("#")[0] + "notes/")
    gallery.get_by_role("button", name="Save note").click()
    expect(gallery.get_by_text("Enter a note.")).to_be_visible()
    check_every_width_and_theme(gallery)

    for query in ("", "?kind=erased&actor=nobody"):
        gallery.goto(f"/organizers/gallery/history/{query}")
        check_every_width_and_theme(gallery)


def test_a_match_in_a_note_and_a_long_note_have_no_violations(
    gallery: Page,
) -> None:
    customer = gallery.url
    for number in range(21):
        gallery.goto(f"{customer}notes/")
        long = f"{'https://pictures.example/' * 12} wheelchair {number}"
        gallery.get_by_label("Note", exact=True).fill(long)
        gallery.get_by_role("button", name="Save note").click()
    expect(gallery.get_by_role("link", name="Older notes")).to_be_visible()
    check_every_width_and_theme(gallery)

    gallery.goto("/organizers/gallery/customers/?search=wheelchair")
    expect(gallery.get_by_text("In notes:").first).to_be_visible()
    check_every_width_and_theme(gallery)

    gallery.goto(f"{customer}edit/external_identifier/")
    gallery.get_by_label("External identifier").fill("long" * 60)
    gallery.get_by_role("button", name="Save").click()
    expect(gallery.get_by_text("Show all").first).to_be_visible()
    check_every_width_and_theme(gallery)
    gallery.get_by_text("Show all").first.click()
    expect(gallery.get_by_text("Show less").first).to_be_visible()
    check_every_width_and_theme(gallery)


@pytest.mark.expects_console_errors
def test_the_erase_form_has_no_violations(gallery: Page) -> None:
    identifier = gallery.url.rstrip("/").rpartition("/")[2]
    gallery.goto(f"{gallery.url}erase/")
    gallery.get_by_role("button", name="Erase customer").click()
    expect(gallery.get_by_text("Nothing was erased.")).to_be_visible()
    check_every_width_and_theme(gallery)

    gallery.get_by_label("Type the identifier to confirm").fill(identifier)
    gallery.get_by_role("button", name="Erase customer").click()
    expect(gallery.get_by_text("The personal data was erased.").last).to_be_visible()
    check_every_width_and_theme(gallery)


@pytest.mark.parametrize("path", ["", "edit/", "erase/"])
def test_the_focus_is_visible_on_the_pages_of_a_customer(gallery: Page, path: str) -> None:
    gallery.goto(f"{gallery.url}{path}")
    outlines = []

    for _ in range(40):
        gallery.keyboard.press("Tab")
        outlines += gallery.locator("main :focus").evaluate_all(OUTLINES)

    assert len(outlines) > 2
    assert set(outlines) == {"solid 2px"}


def tab_to(page: Page, text: str) -> None:
    """Press Tab until an element with this text has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    pytest.fail(f"Tab never leads to {text}")


def test_a_field_is_edited_and_undone_by_keyboard(gallery: Page) -> None:
    tab_to(gallery, "Edit phone")
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_label("Phone", exact=True)).to_be_focused()
    gallery.keyboard.type("030 231250")
    gallery.keyboard.press("Enter")
    expect(gallery.get_by_role("link", name="Edit phone")).to_be_focused()
    expect(gallery.get_by_text("Saved: phone changed.").last).to_be_visible()

    tab_to(gallery, "Undo")
    gallery.keyboard.press("Enter")

    expect(gallery.get_by_text("Undone: phone as before.").last).to_be_visible()


def test_the_main_task_can_be_done_by_keyboard(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    staff_page.keyboard.press("Tab")
    expect(staff_page.get_by_role("link", name="Skip to content")).to_be_focused()
    staff_page.keyboard.press("Control+k")
    staff_page.keyboard.type("8WSAJCJ")
    expect(customer_rows(staff_page)).to_have_count(1)

    for _ in range(40):
        staff_page.keyboard.press("Tab")
        if staff_page.locator(":focus").get_attribute("id") == "customer-8WSAJCJ":
            break
    staff_page.keyboard.press("Enter")

    expect(staff_page).to_have_url(re.compile(re.escape(DETAIL)))
    expect(staff_page.get_by_role("heading", name="John Doe")).to_be_visible()


@pytest.mark.parametrize("path", [BIGEVENTS, PAGES["filtered"], DETAIL, "/organizers/?all"])
@pytest.mark.parametrize("width", [320, 720], ids=["320 px", "200 % of 1440 px"])
def test_nothing_needs_sideways_scrolling(staff_page: Page, path: str, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 450})
    staff_page.goto(path)

    wider = staff_page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert wider <= 0


def test_the_focus_is_visible_in_forced_colours(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, forced_colors="active").new_page()
    page.goto(BIGEVENTS)

    for _ in range(3):
        page.keyboard.press("Tab")

    outline = page.locator(":focus").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"


SMALL = """() => [...document.querySelectorAll("main a, main button, header a, header button")]
  .filter(element => element.checkVisibility() && !element.closest("[popover], p, li"))
  .filter(element => { const box = element.getBoundingClientRect();
                       return box.width && (box.width < 24 || box.height < 24); })
  .filter(element => !element.matches(".customer-link, .skip-link"))
  .map(element => element.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("path", [BIGEVENTS, DETAIL])
def test_links_and_buttons_are_large_enough(page_in_a_theme: Page, path: str) -> None:
    page_in_a_theme.goto(path)

    assert page_in_a_theme.evaluate(SMALL) == []


def test_a_search_is_announced_without_moving_the_focus(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    expect(staff_page.get_by_role("status")).to_be_empty()

    search_box(staff_page).fill("8WSAJCJ")

    expect(staff_page.get_by_role("status")).to_have_text(
        "1 customer, page 1 of 1, ordered by Email, ascending"
    )
    expect(search_box(staff_page)).to_be_focused()


def test_nothing_moves_with_reduced_motion(staff_page: Page) -> None:
    staff_page.emulate_media(reduced_motion="reduce")
    staff_page.goto(BIGEVENTS)
    results = staff_page.locator("#results")
    results.evaluate("results => results.setAttribute('aria-busy', 'true')")

    durations = results.evaluate(
        "results => [[results, '::before'], [results.firstElementChild, null]]"
        ".map(part => getComputedStyle(...part).animationDuration)"
    )

    assert durations == ["0.001s", "0.001s"]
