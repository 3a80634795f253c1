"""Exports: in two actions, by URL, and without JavaScript."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Download, Page, StorageState, expect
from python_calamine import CalamineWorkbook

from e2e.steps import BIGEVENTS, PLAYHOUSE, count_above_table, customer_rows

NewContext = Callable[..., BrowserContext]
UNVERIFIED = f"{PLAYHOUSE}?is_verified=false&ordering=-date_joined"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(
    request: pytest.FixtureRequest, new_context: NewContext, clara_state: StorageState
) -> Page:
    """Clara's page, with and without JavaScript."""
    context = new_context(storage_state=clara_state, java_script_enabled=request.param)
    return context.new_page()


def _save_download(download: Download, tmp_path: Path) -> Path:
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    return path


def _read_sheet(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def _identifiers(page: Page) -> list[str]:
    links = customer_rows(page).locator(".customer-link").all()
    return [str(link.get_attribute("id")).removeprefix("customer-") for link in links]


def test_a_list_is_downloaded_as_excel_in_two_actions(page: Page, tmp_path: Path) -> None:
    page.goto(UNVERIFIED)
    actions = 0

    page.get_by_role("button", name="Export").click()
    actions += 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
        actions += 1

    header, *lines = _read_sheet(_save_download(download.value, tmp_path))
    assert actions == 2
    assert "Registered (Europe/Berlin)" in header
    identifiers = [line[header.index("Identifier")] for line in lines]
    assert identifiers[: customer_rows(page).count()] == _identifiers(page)
    expect(count_above_table(page, f"{len(lines)} of 127 customers")).to_be_visible()


def test_all_columns_and_semicolons_can_be_chosen(page: Page, tmp_path: Path) -> None:
    page.goto(UNVERIFIED)
    page.get_by_role("button", name="Export").click()
    page.get_by_role("radio", name="All columns").check()
    page.get_by_role("radio", name="Semicolon").check()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()

    text = _save_download(download.value, tmp_path).read_text(encoding="utf-8-sig")
    header, *lines = csv.reader(text.splitlines(), delimiter=";")
    assert {"identifier", "phone", "name_parts", "last_modified"} <= set(header)
    assert len(lines[0]) == len(header)


def test_an_export_has_a_url(staff_page: Page, tmp_path: Path) -> None:
    staff_page.goto(BIGEVENTS)
    with staff_page.expect_download() as download:
        staff_page.evaluate("location = '/organizers/bigevents/export/?format=csv&search=anna'")

    path = _save_download(download.value, tmp_path)
    assert path.name.startswith("bigevents-customers-")
    assert path.suffix == ".csv"


def test_a_download_does_not_change_the_list(clara_page: Page) -> None:
    clara_page.goto(UNVERIFIED)
    clara_page.get_by_role("button", name="Export").click()

    with clara_page.expect_download():
        clara_page.get_by_role("button", name="NDJSON").click()

    expect(clara_page).to_have_url(re.compile(re.escape(UNVERIFIED) + "$"))
    expect(clara_page.get_by_role("button", name="NDJSON")).to_be_hidden()


def test_the_export_options_have_a_page(clara_page: Page) -> None:
    clara_page.goto("/organizers/playhouse/export/?is_verified=false")

    expect(clara_page.get_by_role("heading", name="Export customers")).to_be_visible()
    clara_page.get_by_role("link", name="Back to the list").click()

    expect(clara_page).to_have_url(re.compile(r"/customers/\?is_verified=false$"))
