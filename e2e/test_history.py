"""The browser's history: which actions make an entry, and which list Back shows."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.steps import (
    PLAYHOUSE,
    count_above_table,
    customer_rows,
    filter_button,
    hold_requests,
    requests_for_customers,
    search_box,
    sort_link,
)

# Responses arrive, but the page gets a response only when the test releases the response.
HOLD_TEXTS = """() => {
  const read = Response.prototype.text;
  window.held = [];
  Response.prototype.text = async function () {
    const text = await read.call(this);
    await new Promise((release) => {
      document.documentElement.dataset.held = held.push(release);
    });
    return text;
  };
}"""


def test_typing_makes_one_entry_of_the_history(clara_page: Page) -> None:
    before = clara_page.evaluate("history.length")

    for letters, shown in (("u00", "100"), ("1", "10"), ("2", "1")):
        search_box(clara_page).press_sequentially(letters)
        expect(count_above_table(clara_page, f"{shown} of 127 customers")).to_be_visible()

    assert clara_page.evaluate("history.length") == before + 1
    clara_page.go_back()
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(search_box(clara_page)).to_have_value("")


def test_an_unchanged_url_makes_no_second_entry(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    with clara_page.expect_response("**/customers/?*"):
        search_box(clara_page).press("Enter")
    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")

    clara_page.go_back()

    expect(count_above_table(clara_page, "127 customers")).to_be_visible()


def test_a_response_after_going_back_is_ignored(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    clara_page.evaluate(HOLD_TEXTS)
    search_box(clara_page).press("Enter")
    expect(clara_page.locator("html")).to_have_attribute("data-held", "1")

    clara_page.go_back()
    expect(clara_page.locator("html")).to_have_attribute("data-held", "2")
    clara_page.evaluate("() => held.forEach((release) => release())")

    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    expect(clara_page).to_have_url(PLAYHOUSE)


def test_typing_in_a_shared_list_keeps_that_list_in_the_history(
    clara_page: Page,
) -> None:
    clara_page.goto(f"{PLAYHOUSE}?search=u00")
    search_box(clara_page).press("End")
    search_box(clara_page).press_sequentially("1")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    sort_link(clara_page, "Name").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")
    search_box(clara_page).press("End")
    search_box(clara_page).press_sequentially("2")
    expect(count_above_table(clara_page, "1 of 127 customers")).to_be_visible()

    for search in ("u001&ordering=name", "u001", "u00"):
        clara_page.go_back()
        expect(clara_page).to_have_url(f"{PLAYHOUSE}?search={search}")


def test_a_late_response_to_going_back_does_not_replace_a_newer_list(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    held = hold_requests(clara_page, re.compile(r"/customers/$"))
    with clara_page.expect_request(re.compile(r"/customers/$")):
        clara_page.go_back()

    sort_link(clara_page, "Name").click()
    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")
    with clara_page.expect_response(re.compile(r"/customers/$")):
        held[0].continue_()

    expect(clara_page.locator("#results")).to_have_attribute("aria-busy", "false")
    expect(clara_page).to_have_url(re.compile("ordering=name"))
    expect(sort_link(clara_page, "Name")).to_have_accessible_name("Name ascending")


def test_going_back_announces_the_list_that_is_shown(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()

    clara_page.go_back()

    expect(clara_page.get_by_role("status")).to_contain_text("127 customers, page 1 of 3")
    expect(clara_page.locator("#results")).to_be_focused()


def test_going_back_during_a_request_cancels_the_request(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    hold_requests(clara_page, re.compile("state="))
    filter_button(clara_page, "State").click()
    with clara_page.expect_request(re.compile("state=")):
        clara_page.get_by_role("checkbox", name="Anonymised").check()

    clara_page.go_back()
    expect(count_above_table(clara_page, "127 customers")).to_be_visible()
    sort_link(clara_page, "Name").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?ordering=name")
    filter_button(clara_page, "State").click()
    expect(clara_page.get_by_role("checkbox", name="Anonymised")).not_to_be_checked()


def test_an_action_while_going_back_applies_to_the_list_that_is_shown(clara_page: Page) -> None:
    search_box(clara_page).fill("u001")
    expect(count_above_table(clara_page, "10 of 127 customers")).to_be_visible()
    hold_requests(clara_page, re.compile("state=|/customers/$"))
    with clara_page.expect_request(re.compile("state=")):
        clara_page.locator("[type=checkbox][name=state][value=anonymised]").evaluate(
            "box => box.click()"
        )
    with clara_page.expect_request(re.compile(r"/customers/$")):
        clara_page.go_back()

    sort_link(clara_page, "Name").click()

    expect(clara_page).to_have_url(f"{PLAYHOUSE}?search=u001&ordering=name")


def test_back_drops_a_typed_search(clara_page: Page) -> None:
    clara_page.clock.install(time="2026-01-01T12:00:00")
    clara_page.goto(PLAYHOUSE)
    sort_link(clara_page, "Name").click()
    expect(clara_page).to_have_url(re.compile("ordering=name"))
    sent = requests_for_customers(clara_page)
    clara_page.clock.pause_at("2026-01-01T13:00:00")
    search_box(clara_page).fill("u001")

    clara_page.go_back()
    clara_page.clock.run_for(1000)
    clara_page.clock.resume()

    expect(sort_link(clara_page, "Email")).to_have_accessible_name("Email ascending")
    expect(search_box(clara_page)).to_have_value("")
    assert len(sent) == 1


def test_after_going_back_the_controls_match_the_url(clara_page: Page) -> None:
    clara_page.goto(f"{PLAYHOUSE}?locale=de")
    hold_requests(clara_page, re.compile("state=|ordering"))
    anonymised = clara_page.locator("[type=checkbox][name=state][value=anonymised]")
    anonymised.evaluate("box => box.click()")
    sort_link(clara_page, "Name").click()
    search_box(clara_page).evaluate("box => { box.value = 'u001' }")
    customer_rows(clara_page).get_by_role("link").first.click()
    expect(clara_page.get_by_role("article")).to_be_visible()

    clara_page.go_back()

    expect(count_above_table(clara_page, "58 of 127 customers")).to_be_visible()
    expect(anonymised).not_to_be_checked()
    expect(search_box(clara_page)).to_have_value("")
    clara_page.unroute_all()
    sort_link(clara_page, "Identifier").click()
    expect(clara_page).to_have_url(f"{PLAYHOUSE}?locale=de&ordering=identifier")
