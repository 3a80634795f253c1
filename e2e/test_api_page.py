"""The API reference: its examples run, and its form sends requests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from e2e.server import Server
from e2e.steps import BIGEVENTS

NewContext = Callable[..., BrowserContext]
API = "/organizers/bigevents/api/"
LIST = "/api/v1/organizers/bigevents/customers/"
# Runs a Node program in Chromium, because the machine may not have Node.
AS_NODE = """async ([code, token]) => {
  const lines = [];
  const program = Object.getPrototypeOf(async () => {}).constructor;
  const log = (...values) => lines.push(values.join(" "));
  await new program("process", "console", code)({ env: { PORTAL_TOKEN: token } }, { log });
  return lines.join("\\n");
}"""


@pytest.fixture
def api_page(staff_page: Page) -> Page:
    staff_page.goto(API)
    return staff_page


def example(page: Page, title: str) -> str:
    """The code of the example with this title."""
    return page.get_by_role("region", name=title).get_by_role("code").inner_text()


def response(page: Page) -> Locator:
    return page.get_by_role("region", name="Response")


def run(command: list[str], server: Server, **more: str) -> str:
    environment = {"PATH": os.environ["PATH"], "PORTAL_TOKEN": server.token, **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_main_navigation_leads_to_the_api_reference(staff_page: Page) -> None:
    staff_page.goto(BIGEVENTS)

    staff_page.get_by_role("navigation", name="Main").get_by_role("link", name="API").click()

    expect(staff_page.get_by_role("heading", level=1)).to_have_text("API reference")


def test_the_example_for_curl_runs(api_page: Page, server: Server) -> None:
    page = json.loads(run(["sh", "-c", example(api_page, "curl")], server))

    assert len(page["results"]) == 50
    assert all(row["is_active"] for row in page["results"])


def test_the_example_for_python_reads_every_customer(
    api_page: Page, server: Server, tmp_path: Path
) -> None:
    program = tmp_path / "example.py"
    program.write_text(example(api_page, "Python"))

    lines = run([sys.executable, str(program)], server).splitlines()

    assert len(lines) == len(set(lines)) == 5_000


def test_the_example_for_javascript_reads_every_customer(
    api_page: Page, server: Server, tmp_path: Path
) -> None:
    program = tmp_path / "example.mjs"
    program.write_text(example(api_page, "JavaScript"))

    if node := shutil.which("node"):
        lines = run([node, str(program)], server).splitlines()
    else:
        api_page.goto("about:blank")
        api_page.goto(LIST)
        lines = api_page.evaluate(AS_NODE, [program.read_text(), server.token]).splitlines()

    assert len(lines) == len(set(lines)) == 5_000


def test_an_example_can_be_copied(api_page: Page) -> None:
    api_page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    api_page.get_by_role("button", name="Copy the example for curl").click()

    expect(api_page.get_by_role("status")).to_have_text("Copied")
    assert api_page.evaluate("navigator.clipboard.readText()") == example(api_page, "curl")


def test_the_form_shows_the_response_in_the_page(api_page: Page) -> None:
    api_page.get_by_label("email", exact=True).fill("customer@example.org")
    api_page.get_by_role("button", name="Send").click()

    expect(api_page.get_by_role("status")).to_contain_text("200")
    expect(api_page.get_by_role("link", name=f"{LIST}?email=customer")).to_be_visible()
    (row,) = json.loads(response(api_page).inner_text())["results"]
    assert row["identifier"] == "8WSAJCJ"


def test_the_form_sends_a_language_only_if_one_is_selected(api_page: Page) -> None:
    api_page.get_by_label("locale", exact=True).select_option("de")
    api_page.get_by_label("page_size").fill("1")
    api_page.get_by_role("button", name="Send").click()

    expect(response(api_page)).to_contain_text('"locale": "de"')
    expect(response(api_page)).not_to_contain_text('"locale": "en"')


@pytest.mark.expects_console_errors
def test_the_form_shows_an_error_response(api_page: Page) -> None:
    api_page.get_by_label("ordering").fill("password")
    api_page.get_by_role("button", name="Send").click()

    expect(api_page.get_by_role("status")).to_contain_text("400")
    expect(response(api_page)).to_contain_text("Cannot order by")


@pytest.mark.expects_console_errors
def test_a_missing_response_is_reported(api_page: Page) -> None:
    api_page.route(re.compile(LIST), lambda route: route.abort("aborted"))

    api_page.get_by_role("button", name="Send").click()

    expect(api_page.get_by_role("alert")).to_contain_text("No response")


def test_without_javascript_the_response_replaces_the_page(
    new_context: NewContext, staff_state: StorageState
) -> None:
    page = new_context(storage_state=staff_state, java_script_enabled=False).new_page()
    page.goto(API)

    page.get_by_label("search", exact=True).fill("8WSAJCJ")
    page.get_by_role("button", name="Send").click()

    assert json.loads(page.locator("body").inner_text())["count"] == 1
