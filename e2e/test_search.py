"""The search box: while typing, on Enter, and from another page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.steps import (
    BIGEVENTS,
    PLAYHOUSE,
    count_above_table,
    customer_names,
    customer_rows,
    filter_chip,
    hold_requests,
    release_first_request,
    search_box,
    sort_link,
)


def test_the_list_follows_the_typed_text(clara_page: Page) -> None:
    search_box(clara_page).press_sequentially("u001")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(customer_rows(clara_page)).to_have_count(10)
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")


def test_an_exact_identifier_is_shown_above_every_list(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?is_active=false")

    search_box(staff_page).press_sequentially("8wsajcj")

    match = staff_page.get_by_role("region", name="Exact match, ignoring the other filters")
    match.get_by_role("link").click()
    expect(staff_page).to_have_url(re.compile(f"{BIGEVENTS}8WSAJCJ/"))
    staff_page.get_by_role("link", name="Back to the filtered list").click()
    expect(staff_page).to_have_url(f"{BIGEVENTS}?search=8wsajcj&is_active=false")
    expect(match).to_be_visible()


def test_a_slow_older_response_never_replaces_a_newer_one(clara_page: Page) -> None:
    held = hold_requests(clara_page, re.compile(r"search=u00(&|$)"))
    with clara_page.expect_request(re.compile(r"search=u00(&|$)")):
        search_box(clara_page).press_sequentially("u00")
    with clara_page.expect_event("requestfailed"):
        search_box(clara_page).press_sequentially("12")
    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()

    held[0].fulfill(body="<p>stale</p>", content_type="text/html")

    expect(clara_page.get_by_text("stale")).to_have_count(0)
    expect(customer_rows(clara_page)).to_have_text([re.compile("G12 Ünï<b>")])
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u0012")


def test_the_box_keeps_text_that_is_typed_during_a_request(clara_page: Page) -> None:
    box = search_box(clara_page)
    held = hold_requests(clara_page, re.compile(r"search=u001(&|$)"))
    with clara_page.expect_request(re.compile(r"search=u001(&|$)")):
        box.press_sequentially("u001")
    box.press("ArrowLeft")
    box.press("ArrowLeft")

    release_first_request(clara_page, held)

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(box).to_be_focused()
    assert box.evaluate("box => box.selectionStart") == 2


def test_text_that_is_typed_during_another_request_is_not_lost(clara_page: Page) -> None:
    box = search_box(clara_page)
    held = hold_requests(clara_page, re.compile(r"\?ordering=name$"))
    with clara_page.expect_request(re.compile(r"\?ordering=name$")):
        sort_link(clara_page, "Name").click()
    box.focus()
    # The text was typed before the delay ended, so no request has been sent.
    box.evaluate("box => { box.value = 'u0' }")
    release_first_request(clara_page, held)
    expect(clara_page.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    box.press("End")
    clara_page.keyboard.type("01")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(box).to_have_value("u001")
    expect(clara_page.get_by_text("Search customers")).to_have_count(1)


def test_enter_searches_at_once(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    search_box(clara_page).press("Enter")

    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001")


def test_emptying_the_box_shows_all_customers_again(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u0012")

    search_box(clara_page).press("ControlOrMeta+a")
    search_box(clara_page).press("Delete")

    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(clara_page).to_have_url(PLAYHOUSE)


@pytest.mark.parametrize("term", ["UNI g12", "ünï G12", "g12  uni"])
def test_a_search_ignores_accents_case_and_the_order_of_words(clara_page: Page, term: str) -> None:
    search_box(clara_page).fill(term)

    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()
    assert customer_names(clara_page) == ["G12 Ünï<b>"]


@pytest.mark.parametrize("term", ["8WSAJCJ", "customer@example.org", "john doe"])
def test_a_customer_is_found_by_identifier_email_and_name(staff_page: Page, term: str) -> None:
    staff_page.goto(BIGEVENTS)

    search_box(staff_page).fill(term)

    expect(filter_chip(staff_page, f"Search “{term}”")).to_be_visible()
    expect(customer_rows(staff_page).filter(has_text="8WSAJCJ")).to_be_visible()


def test_a_list_without_matches_offers_to_remove_a_filter(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?is_active=false")
    search_box(clara_page).fill("nobody at all")

    expect(clara_page.get_by_role("heading", name="No customers match")).to_be_visible()
    clara_page.get_by_role("main").get_by_role("link", name="Search “nobody at all”").last.click()

    expect(count_above_table(clara_page, "7 of 127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_have_value("")


@pytest.mark.expects_console_errors
@pytest.mark.parametrize("term", ["%", '"', "&", "\\"])
def test_punctuation_alone_is_an_error(clara_page: Page, term: str) -> None:
    search_box(clara_page).fill(term)

    expect(clara_page.get_by_text("Enter a letter or a digit").first).to_be_visible()
    expect(search_box(clara_page)).to_have_value(term)


@pytest.mark.parametrize("term", ["_", "<b>", "&amp;", "'!a0"])
def test_wildcards_in_a_search_are_plain_text(clara_page: Page, term: str) -> None:
    search_box(clara_page).fill(term)

    expect(filter_chip(clara_page, f"Search “{term}”")).to_be_visible()
    expect(search_box(clara_page)).to_have_value(term)
    clara_page.reload()
    expect(search_box(clara_page)).to_have_value(term)


def test_a_shortcut_goes_to_the_search_box(clara_page: Page) -> None:
    clara_page.keyboard.press("k")
    expect(search_box(clara_page)).not_to_be_focused()
    clara_page.keyboard.press("Control+k")
    expect(search_box(clara_page)).to_be_focused()


def test_the_search_of_a_detail_page_leads_to_the_list(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}8WSAJCJ/")
    staff_page.keyboard.press("Control+k")
    staff_page.keyboard.type("john doe")
    staff_page.keyboard.press("Enter")

    expect(staff_page).to_have_url(f"{BIGEVENTS}?search=john+doe")
    expect(search_box(staff_page)).to_have_value("john doe")
    expect(customer_rows(staff_page).filter(has_text="8WSAJCJ")).to_be_visible()
