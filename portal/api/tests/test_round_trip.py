"""The API returns imported customers of pretix unchanged."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.test import Client

from portal.customers.query.page import FIELDS
from portal.customers.tests import importing

LIST: Final = "/api/v1/organizers/bigevents/customers/"
CAPTURE: Final = sorted((Path(importing.__path__[0]) / "capture").glob("*.json"))


@pytest.fixture
def captured(api_client: Client) -> dict[str, dict[str, Any]]:
    """Imports captured customers of pretix. Returns the documented fields of each customer."""
    _import()
    rows = [row for page in CAPTURE for row in json.loads(page.read_text())["results"]]
    return {row["identifier"]: {field: row[field] for field in FIELDS} for row in rows}


def _import() -> None:
    call_command("import_customers", "bigevents", *CAPTURE, stdout=StringIO(), verbosity=0)


def _read_list(client: Client) -> dict[str, dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    link = LIST
    while link:
        page = client.get(link).json()
        rows += page["results"]
        link = page["next"]
    return {row["identifier"]: row for row in rows}


def test_the_list_returns_every_captured_customer(
    api_client: Client, captured: dict[str, dict[str, Any]]
) -> None:
    assert captured
    assert _read_list(api_client) == captured


def test_the_detail_returns_every_captured_customer(
    api_client: Client, captured: dict[str, dict[str, Any]]
) -> None:
    for identifier, row in captured.items():
        assert api_client.get(f"{LIST}{identifier}/").json() == row


def test_a_second_import_changes_nothing(
    api_client: Client, captured: dict[str, dict[str, Any]]
) -> None:
    _import()

    assert _read_list(api_client) == captured
