"""Filters: by menus, by chips and by the URL."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from e2e.conftest import NewContext
from e2e.steps import (
    BIGEVENTS,
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    filter_button,
    filter_chip,
    hold_requests,
    release_first_request,
    search_box,
    sort_link,
)


def day(page: Page, name: str) -> Locator:
    """The input for one end of the time range in the open menu."""
    return page.get_by_role("textbox", name=name)


def test_a_choice_takes_effect_at_once_and_the_popover_stays(clara_page: Page) -> None:
    filter_button(clara_page, "State").click()
    clara_page.get_by_role("checkbox", name="Anonymised").check()

    expect(count_above_table(clara_page, "7 of 127 customers")).to_be_visible()
    expect(clara_page.get_by_role("checkbox", name="Anonymised")).to_be_checked()
    expect(clara_page.get_by_role("checkbox", name="Anonymised")).to_be_visible()
    expect(filter_chip(clara_page, "State Anonymised")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?state=anonymised")


def test_several_languages_are_checked_one_after_the_other(clara_page: Page) -> None:
    filter_button(clara_page, "Language").click()
    clara_page.get_by_role("checkbox", name="German").check()
    expect(count_above_table(clara_page, "58 of 127 customers")).to_be_visible()
    clara_page.get_by_role("checkbox", name="English").check()
    expect(count_above_table(clara_page, "127 of 127 customers")).to_be_visible()

    expect(clara_page.get_by_role("checkbox", name="German")).to_be_visible()
    expect(filter_chip(clara_page, "Language German")).to_be_visible()
    expect(filter_chip(clara_page, "Language English")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?locale=de&locale=en")


def test_customers_are_filtered_by_the_date_of_registration(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)
    filter_button(staff_page, "Registered").click()
    day(staff_page, "From").fill("2021-04-06")
    day(staff_page, "Up to").fill("2021-04-06")
    staff_page.get_by_role("button", name="Show customers").click()

    expect(staff_page).to_have_url(re.compile("since=2021-04-06&date_joined_until=2021-04-06$"))
    expect(customer_rows(staff_page).filter(has_text="John Doe")).to_be_visible()
    expect(day(staff_page, "From")).to_have_count(0)
    expect(filter_chip(staff_page, "Registered from")).to_be_visible()
    expect(filter_chip(staff_page, "Registered up to")).to_be_visible()


def test_customers_are_filtered_by_an_empty_field(clara_page: Page) -> None:
    filter_button(clara_page, "Is empty").click()
    clara_page.get_by_role("checkbox", name="Email").check()

    expect(filter_chip(clara_page, "Email is empty")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?empty=email")
    clara_page.get_by_role("checkbox", name="Phone").check()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?empty=email&empty=phone")
    clara_page.keyboard.press("Escape")
    filter_chip(clara_page, "Phone is empty").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?empty=email")


def test_an_empty_list_shows_its_count_without_each_filter(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=g12+uni&state=anonymised")
    offers = clara_page.get_by_role("listitem").filter(has_text=re.compile(r"[0-9] customers?$"))
    expect(offers).to_have_text([re.compile("g12 uni.* 7 cust"), re.compile("Anonymised 1 cust")])

    offers.get_by_role("link", name="Anonymised").click()

    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=g12+uni")


def preset(page: Page, name: str) -> Locator:
    """The link of a relative date in the open menu."""
    return page.get_by_role("form", name="Filters").get_by_role("link", name=name)


def test_a_relative_date_and_free_dates_are_chosen_by_one_click_each(
    clara_page: Page,
) -> None:
    filter_button(clara_page, "Registered").click()
    preset(clara_page, "Last 7 days").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?date_joined_since=-7d")
    expect(filter_chip(clara_page, "Registered last 7 days")).to_be_visible()
    expect(preset(clara_page, "Last 7 days")).to_be_focused()

    preset(clara_page, "More than a year ago").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?date_joined_until=-1y")
    expect(filter_chip(clara_page, "Registered more than a year ago")).to_be_visible()
    expect(preset(clara_page, "More than a year ago")).to_have_attribute("aria-current", "true")

    preset(clara_page, "Choose dates").click()
    expect(clara_page).to_have_url(PLAYHOUSE)
    expect(day(clara_page, "From")).to_be_focused()
    day(clara_page, "Up to").fill("2021-01-31")
    day(clara_page, "Up to").press("Enter")
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?date_joined_until=2021-01-31")


def test_a_relative_date_stays_while_other_filters_change(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?date_joined_until=today&page_size=25")
    clara_page.get_by_role("link", name="Next").click()
    expect(clara_page).to_have_url(re.compile(r"as_of=\d{4}-\d\d-\d\d&page_size=25&page=2$"))

    search_box(clara_page).fill("u001")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&date_joined_until=today&page_size=25")


def test_a_filter_is_set_with_the_keyboard_alone(clara_page: Page) -> None:
    filter_button(clara_page, "State").focus()
    clara_page.keyboard.press("Enter")
    clara_page.keyboard.press("Tab")
    clara_page.keyboard.press("Space")
    expect(count_above_table(clara_page, "120 of 127 customers")).to_be_visible()
    expect(clara_page.get_by_role("checkbox", name=re.compile("^Active"))).to_be_focused()

    clara_page.keyboard.press("Space")
    for _state in ("Unverified", "Inactive", "Anonymised"):
        clara_page.keyboard.press("Tab")
    clara_page.keyboard.press("Space")
    expect(count_above_table(clara_page, "7 of 127 customers")).to_be_visible()
    clara_page.keyboard.press("Escape")

    expect(clara_page.get_by_role("checkbox", name="Anonymised")).to_be_hidden()
    expect(filter_button(clara_page, "State")).to_be_focused()


def test_enter_in_a_date_closes_the_popover_and_shows_the_customers(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").focus()
    clara_page.keyboard.press("Enter")
    day(clara_page, "From").fill("2026-11-24")
    day(clara_page, "From").press("Enter")

    expect(clara_page.get_by_role("heading", name="No customers match")).to_be_visible()
    expect(day(clara_page, "From")).to_have_count(0)


def test_an_incomplete_date_does_not_affect_other_filters(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").press_sequentially("06")
    clara_page.keyboard.press("Escape")
    filter_button(clara_page, "State").click()

    clara_page.get_by_role("checkbox", name="Anonymised").check()

    expect(count_above_table(clara_page, "7 of 127 customers")).to_be_visible()


def test_a_click_outside_keeps_a_typed_date_without_applying_the_date(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").fill("2030-01-01")
    clara_page.mouse.click(5, 5)
    expect(day(clara_page, "From")).to_have_count(0)
    expect(clara_page).to_have_url(PLAYHOUSE)

    sort_link(clara_page, "Name").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")
    filter_button(clara_page, "Registered").click()

    expect(day(clara_page, "From")).to_have_value("2030-01-01")
    clara_page.get_by_role("button", name="Show customers").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?date_joined_since=2030-01-01&ordering=name")
    filter_chip(clara_page, "Registered from").click()
    filter_button(clara_page, "Registered").click()
    expect(day(clara_page, "From")).to_have_value("")


def test_a_date_that_was_not_applied_is_not_sent_while_its_menu_is_closed(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").fill("2030-01-01")
    clara_page.keyboard.press("Escape")

    search_box(clara_page).fill("u001")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")


def test_a_date_that_was_not_applied_remains_after_another_response(
    clara_page: Page,
) -> None:
    held = hold_requests(clara_page, re.compile(r"\?ordering=name$"))
    sort_link(clara_page, "Name").click()
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").fill("2030-01-01")

    release_first_request(clara_page, held)

    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")
    expect(day(clara_page, "From")).to_have_value("2030-01-01")
    clara_page.get_by_role("button", name="Show customers").click()
    expect(clara_page.get_by_role("heading", name="No customers match")).to_be_visible()


def test_a_date_that_is_removed_during_another_request_is_not_sent(
    clara_page: Page,
) -> None:
    held = hold_requests(clara_page, re.compile(r"\?ordering=name$"))
    sort_link(clara_page, "Name").click()
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").fill("2030-01-01")
    clara_page.keyboard.press("Escape")
    expect(day(clara_page, "From")).to_have_count(0)

    release_first_request(clara_page, held)
    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")
    search_box(clara_page).fill("u001")

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")


def test_the_button_of_a_filter_closes_the_open_menu_and_opens_its_own_menu(
    clara_page: Page,
) -> None:
    filter_button(clara_page, "Language").click()

    filter_button(clara_page, "Registered").click()

    expect(clara_page.locator("#filter-language")).to_be_hidden()
    expect(day(clara_page, "From")).to_be_visible()


# A row below the open menu, and the search box above the menu.
@pytest.mark.parametrize("what", [".customer-link >> nth=-1", "#search"])
@pytest.mark.parametrize("has_touch", [False, True], ids=["mouse", "finger"])
def test_a_click_outside_a_menu_only_closes_the_menu(
    new_context: NewContext, clara_state: StorageState, what: str, has_touch: bool
) -> None:
    page = new_context(storage_state=clara_state, has_touch=has_touch).new_page()
    page.goto(f"{PLAYHOUSE}?search=u001")
    filter_button(page, "Language").click()
    menu = page.locator("#filter-language")
    box = page.locator(what).bounding_box()
    assert box
    point = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.touchscreen.tap(*point) if has_touch else page.mouse.click(*point)

    expect(menu).to_be_hidden()
    expect(search_box(page)).not_to_be_focused()
    expect(page).to_have_url(f"{PLAYHOUSE}?search=u001")
    # With the menu closed, a click works as usual.
    customer_rows(page).get_by_role("link").first.click()
    expect(page.get_by_role("link", name="Back to the filtered list")).to_be_visible()


def test_a_menu_closes_by_its_button_by_mouse_and_keyboard(clara_page: Page) -> None:
    menu = clara_page.locator("#filter-language")
    filter_button(clara_page, "Language").click()
    expect(menu).to_be_visible()
    filter_button(clara_page, "Language").click()
    expect(menu).to_be_hidden()

    filter_button(clara_page, "Language").click()
    sort_link(clara_page, "Name").press("Enter")

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")


@pytest.mark.parametrize(
    "query", ["date_joined_since=2021-4-1", "date_joined_since=20210401", "locale=fr"]
)
def test_a_filter_without_an_input_keeps_its_value(clara_page: Page, query: str) -> None:
    clara_page.goto(f"{PLAYHOUSE}?{query}")

    search_box(clara_page).fill("u001")

    expect(clara_page).to_have_url(re.compile(f"search=u001&.*{query}|{query}.*search=u001"))


@pytest.mark.expects_console_errors
def test_a_reversed_range_is_explained_at_its_field(clara_page: Page) -> None:
    filter_button(clara_page, "Registered").click()
    day(clara_page, "From").fill("2026-02-01")
    day(clara_page, "Up to").fill("2026-01-01")
    clara_page.get_by_role("button", name="Show customers").click()

    expect(clara_page.get_by_role("group", name="No customers are shown")).to_contain_text(
        "Registered up to: The end is before the start."
    )
    expect(customer_rows(clara_page)).to_have_count(0)
    filter_button(clara_page, "Registered").click()
    expect(day(clara_page, "From")).to_have_value("2026-02-01")
    expect(day(clara_page, "Up to")).to_have_accessible_description("The end is before the start.")


@pytest.mark.expects_console_errors
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("date_joined_since=2026-13-01", "Enter a date like 2026-01-31"),
        ("locale=klingon", "Unknown language “klingon”."),
        ("is_active=perhaps", "Choose true or false, not “perhaps”."),
        ("page_size=0", "The page size must be 25, 50, 100 or 200."),
        ("ordering=shoe_size", "Cannot order by “shoe_size”"),
    ],
)
def test_an_invalid_filter_shows_no_customers_and_is_removed_with_one_click(
    clara_page: Page, query: str, text: str
) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=g12+uni&{query}")
    errors = clara_page.get_by_role("group", name="No customers are shown")
    expect(errors).to_contain_text(text)
    expect(customer_rows(clara_page)).to_have_count(0)
    expect(search_box(clara_page)).to_have_value("g12 uni")

    errors.get_by_role("link", name="Remove this filter").click()

    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=g12+uni")


def test_a_page_number_beyond_the_end_redirects_to_the_last_page(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?locale=de&page=9")

    expect(customer_rows(clara_page)).to_have_count(8)
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?locale=de&page=2")


def test_unknown_parameters_of_the_url_are_listed(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?locale=de&colour=green")

    expect(
        clara_page.get_by_text("Unknown parameters in the URL are ignored: colour")
    ).to_be_visible()
    expect(count_above_table(clara_page, "58 of 127 customers")).to_be_visible()


def test_the_title_the_count_and_the_announcement_agree(clara_page: Page) -> None:
    expect(clara_page).to_have_title("Customers · Playhouse · Portal")
    expect(clara_page.get_by_role("status")).to_have_text("")

    search_box(clara_page).fill("u00")
    expect(clara_page.get_by_role("status")).to_have_text(
        "100 customers, page 1 of 2, ordered by Email, ascending"
    )
    expect(clara_page).to_have_title("100 customers · Playhouse · Portal")

    clara_page.get_by_role("link", name="Next").click()
    expect(clara_page).to_have_title("100 customers · page 2 · Playhouse · Portal")
