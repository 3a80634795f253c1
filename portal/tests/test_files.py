"""An exported file has exactly the customers of the list, in its order, with its columns."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.conftest import CustomerMaker
from portal.customers.locales import locale_name
from portal.customers.models import State
from portal.customers.query.columns import COLUMNS, STANDARD, parse_columns
from portal.customers.query.ordering import SORT_KEYS

LIST: Final = "/organizers/bigevents/customers/"
FILE: Final = "/organizers/bigevents/export/"
ZONE: Final = ZoneInfo("Europe/Berlin")
# Texts that programs could read as numbers, dates, formulas, markup, or the end of a cell or line.
TEXTS: Final = [
    *("007", "1E5", "=1+1", "+49 30 23125", "-1", "@x", "'quoted", "\t=1", "a,b;c", 'say "hi"'),
    *("two\nlines", "2026-01-31", "<b>&amp;</b>", "مريم", "_x0041_", "TRUE"),
]
keys = st.builds(str.__add__, st.sampled_from(["", "-"]), st.sampled_from([*SORT_KEYS]))
# Every list of columns has the identifier, because openpyxl drops empty rows at the end of a sheet.
columns = st.just("") | st.lists(st.sampled_from([*COLUMNS])).map(
    lambda names: ",".join([*names, "identifier"])
)
queries = st.fixed_dictionaries(
    {"columns": columns},
    optional={
        "search": st.sampled_from(["customer", "ex", "b c", "23125", "nobody"]),
        "state": st.lists(st.sampled_from([state.code for state in State]), max_size=3),
        "state_not": st.sampled_from(["active", "anonymised"]),
        "locale": st.lists(st.sampled_from(["de", "fr", "nl"]), max_size=2),
        "locale_not": st.sampled_from(["de", "fr"]),
        "is_verified": st.sampled_from(["true", "false"]),
        "date_joined_since": st.sampled_from(["2026-01-03", "-1y", "today"]),
        "last_login_until": st.sampled_from(["2026-01-03", "2026-01-01T12:00Z"]),
        "never_logged_in": st.sampled_from(["true", "false"]),
        "empty": st.sampled_from(["phone", "email", "external_identifier"]),
        "ordering": st.lists(keys, max_size=2).map(",".join),
        "page_size": st.just("50"),
    },
)


@pytest.fixture
def customers(make_customer: CustomerMaker, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    for number, text in enumerate(TEXTS):
        make_customer(
            name_parts={"_scheme": "full", "full_name": text} if number % 5 else {},
            email=f"customer{number}@example.org" if number % 4 else None,
            phone=text if number % 3 else "",
            external_identifier=text if number % 2 else None,
            is_active=bool(number % 7),
            is_verified=bool(number % 2),
            locale=["de", "fr", "tlh"][number % 3],
            date_joined=f"2026-01-{number % 9 + 1:02}T23:30:00.123456Z",
            last_login=f"2026-07-{number % 9 + 1:02}T22:30:00Z" if number % 4 else None,
        )
    make_customer(name_parts={}, email=None, is_active=False)


def _read_file(content: bytes, extension: str) -> list[list[Any]]:
    """The cells of an exported file, row by row."""
    match extension:
        case "json":
            return [[*row.values()] for row in json.loads(content)]
        case "ndjson":
            return [[*json.loads(line).values()] for line in content.splitlines()]
        case "csv":
            return [*csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return sheet.to_python()[1:]


def _in_json(value: Any, column: str) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return State(value).code if column == "state" else value


def _in_csv(value: Any, column: str) -> str:
    text = str(_in_json(value, column) or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "'")) else text


def _in_workbook(value: Any, column: str) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    if column == "state":
        return State(value).label
    return locale_name(value) if column == "locale" else value or ""


CELLS: Final = {"csv": _in_csv, "xlsx": _in_workbook, "ndjson": _in_json, "json": _in_json}


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("extension", [*CELLS])
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=queries)
def test_a_file_equals_the_list(
    member_client: Client, extension: str, query: dict[str, Any]
) -> None:
    text = urlencode(query, doseq=True)

    page = member_client.get(f"{LIST}?{text}")
    file = member_client.get(f"{FILE}?{text}&format={extension}").getvalue()

    rows = page.context["listing"].page.rows
    shown = re.findall(r'id="customer-([\w.-]+)"', page.content.decode())
    assert [customer.identifier for customer in rows] == shown
    names, cell = parse_columns(query["columns"] or ",".join(STANDARD)), CELLS[extension]
    assert _read_file(file, extension) == [
        [cell(getattr(customer, name), name) for name in names] for customer in rows
    ]
