"""All pages have the same text sizes, the same left edge, and the same bar."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from e2e.conftest import NewContext
from e2e.steps import BIGEVENTS, customer_rows, search_box, sort_link

ORGANIZER = "/organizers/bigevents"
PAGES = {
    "list": f"{BIGEVENTS}?page_size=25",
    "overview": f"{BIGEVENTS}?overview=on&date_joined_since=2026-01-01&page_size=25",
    "search": f"{BIGEVENTS}?search=8wsajcj&is_active=false",
    "nothing": f"{BIGEVENTS}?search=zzzzzz",
    "detail": f"{BIGEVENTS}8WSAJCJ/",
    "export": f"{ORGANIZER}/export/",
    "views": f"{ORGANIZER}/views/",
    "save view": f"{ORGANIZER}/views/new/?locale=de",
    "history": f"{ORGANIZER}/history/",
    "tokens": f"{ORGANIZER}/tokens/",
    "api": f"{ORGANIZER}/api/",
    "keys": "/keys/",
    "organizers": "/organizers/?all",
    "not found": "/organizers/smallshows/customers/",
}
A4 = 703  # px between the margins of a portrait page
SCALE = {"12px", "13px", "14px", "16px", "20px"}
SIZES = """() => {
  const shown = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility({ visibilityProperty: true })
    && !element.closest(".visually-hidden, caption")
    && [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()));
  return [...new Set(shown.map((element) => getComputedStyle(element).fontSize))];
}"""
EDGES = """() => {
  const edge = (selector) => document.querySelector(selector).getBoundingClientRect().x;
  return { logo: edge(".logo"), heading: edge("h1") };
}"""
# The width of the placeholder, and the available width of the input.
PLACEHOLDER = """(field) => {
  const { fontSize } = getComputedStyle(field, "::placeholder");
  const { fontFamily, paddingLeft, paddingRight } = getComputedStyle(field);
  const words = document.body.appendChild(document.createElement("span"));
  words.textContent = field.placeholder;
  Object.assign(words.style, { position: "absolute", whiteSpace: "nowrap", fontSize, fontFamily });
  const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return [words.getBoundingClientRect().width, room];
}"""


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("width", [1440, 768, 390])
def test_all_pages_have_the_same_text_sizes_and_left_edge(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    sizes, headings, edges = {}, {}, {}

    for name, path in PAGES.items():
        staff_page.goto(path)
        sizes[name] = set(staff_page.evaluate(SIZES)) - SCALE
        headings[name] = staff_page.locator("h1").evaluate("e => getComputedStyle(e).fontSize")
        edges[name] = staff_page.evaluate(EDGES)

    assert {name: each for name, each in sizes.items() if each} == {}
    assert headings == dict.fromkeys(PAGES, "20px")
    assert {edge for each in edges.values() for edge in each.values()} == {edges["list"]["logo"]}


def test_the_sign_in_page_has_the_text_sizes_and_left_edge_of_all_pages(
    new_context: NewContext,
) -> None:
    page = new_context().new_page()
    page.goto("/sign-in/")

    assert set(page.evaluate(SIZES)) <= SCALE
    edges = page.evaluate(EDGES)
    assert edges["heading"] == edges["logo"]


@pytest.mark.parametrize("width", [1440, 768])
def test_the_bar_is_equal_on_all_pages(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    places = {}

    for name in ("list", "detail", "nothing", "views", "history", "tokens", "api"):
        staff_page.goto(PAGES[name])
        places[name] = search_box(staff_page).bounding_box()

    assert places == dict.fromkeys(places, places["list"])


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_the_placeholder_of_the_search_is_not_cut_off(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(BIGEVENTS)

    needed, room = search_box(staff_page).evaluate(PLACEHOLDER)

    assert needed <= room


def test_paper_has_the_columns_of_the_screen(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    columns = staff_page.locator("th").filter(visible=True).count()

    staff_page.emulate_media(media="print")
    staff_page.set_viewport_size({"width": A4, "height": 1000})

    # The email stands under the name.
    assert staff_page.locator("th").filter(visible=True).count() == columns - 1
    assert staff_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_the_name_of_the_organizer_is_not_cut_off(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(BIGEVENTS)

    name = staff_page.get_by_role("banner").get_by_text("Big Events LLC").first

    assert name.evaluate("e => e.scrollWidth - e.clientWidth") == 0


@pytest.mark.parametrize("width", [1440, 768])
def test_controls_keep_their_place_whatever_the_filters_are(staff_page: Page, width: int) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    places = []

    for query in ("", "?locale=de", "?search=an&state=active&state=unverified&locale=de&locale=fr"):
        staff_page.goto(f"{BIGEVENTS}{query}")
        places.append(staff_page.get_by_role("link", name="New customer").bounding_box())

    assert places == [places[0]] * 3


@pytest.mark.parametrize("width", [1440, 768])
@pytest.mark.parametrize("text", ["Anonymised", "Unverified", "Inactive"])
def test_no_state_is_cut_off(staff_page: Page, width: int, text: str) -> None:
    staff_page.set_viewport_size({"width": width, "height": 844})
    staff_page.goto(f"{BIGEVENTS}?state={text.lower()}")

    cell = customer_rows(staff_page).first.get_by_role("cell").filter(has_text=text)

    assert cell.evaluate("e => e.scrollWidth - e.clientWidth") == 0


def test_the_ring_of_a_focused_heading_is_inside_of_its_cell(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)

    sort_link(staff_page, "Name").press("Tab")

    ring = staff_page.locator("th :focus").evaluate(
        "e => parseFloat(getComputedStyle(e).outlineOffset)"
    )
    assert ring <= -2
