"""Importing an export of the API changes nothing, in each format."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.test import Client
from django_scopes import scope

from portal.customers.importing.rows import CustomerRow
from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN
from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

PERMISSIONS = [
    Permission.READ_CUSTOMERS,
    Permission.READ_NOTES,
    Permission.EXPORT_CUSTOMERS,
]
FILES = Path(__file__).parent / "files"
URL = "/api/v1/organizers/bigevents/customers/"
MORE = "include=external_identifier&include=phone&include=notes"
FORMATS = ["application/x-ndjson", "application/json", "text/csv"]
SPREADSHEETS = ["format=csv", "format=csv&separator=semicolon"]
EDGES: list[dict[str, Any]] = [
    {"notes": "one\r\ntwo\rthree\n\u2028 \\ \" ' 😀, ; \t x"},
    {"notes": "  =1+1 ", "phone": " 0049", "external_identifier": "'007"},
    {"name_parts": {"_scheme": "title_given_family", "given_name": "Jo", "title": None, "x": ""}},
    {"name_parts": {"_legacy": " Jo  Doe "}, "locale": "de-informal"},
    {"name_parts": {}, "email": None, "phone": "1E+5", "is_active": False, "is_verified": True},
    {"last_login": "2026-10-25T00:30:00.000001Z", "date_joined": "1999-12-31T23:00:00Z"},
    {"locale": "XX", "email": "Ann+x@straße.example"},
]


def _load(organizer: Organizer, tmp_path: Path) -> None:
    rows = [
        {**GIVEN, "identifier": f"E{number}", "email": f"e{number}@x.org", **edge}
        for number, edge in enumerate(EDGES)
    ]
    file = tmp_path / "edges.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    call_command("import_customers", organizer.slug, str(file), verbosity=0, stdout=io.StringIO())


def _client(organizer: Organizer) -> Client:
    token = tokens.create_token(organizer, name="export", permissions=PERMISSIONS)
    return Client(headers={"Authorization": f"Token {token}"})


def _values(organizer: Organizer) -> list[dict[str, Any]]:
    with scope(organizer=organizer):
        return list(
            Customer.objects.order_by("identifier").values(
                *CustomerRow.model_fields, "source_modified"
            )
        )


def _export(organizer: Organizer, media_type: str, path: Path, query: str = MORE) -> Path:
    response = _client(organizer).get(f"{URL}?{query}", headers={"Accept": media_type})
    assert response.status_code == 200
    path.write_bytes(response.getvalue())
    return path


def _import(organizer: Organizer, path: Path) -> str:
    out = io.StringIO()
    call_command("import_customers", organizer.slug, str(path), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("media_type", FORMATS)
def test_an_export_with_all_fields_comes_back_without_a_loss(
    organizer: Organizer, rival: Organizer, tmp_path: Path, media_type: str
) -> None:
    _load(organizer, tmp_path)
    for name in ("formulas.ndjson", "phones.ndjson", "first.ndjson", "anonymised.ndjson"):
        _import(organizer, FILES / name)
    file = _export(organizer, media_type, tmp_path / "export")

    _import(rival, file)

    assert len(_values(organizer)) == 20
    assert _values(rival) == _values(organizer)
    assert _import(rival, file) == "20 customers: 0 created, 0 updated, 20 unchanged, 0 rejected.\n"


@pytest.mark.parametrize("media_type", FORMATS)
def test_an_export_with_the_ten_fields_keeps_the_others(
    organizer: Organizer, tmp_path: Path, media_type: str
) -> None:
    _load(organizer, tmp_path)
    before = _values(organizer)
    file = _export(organizer, media_type, tmp_path / "export", "")

    count = len(EDGES)
    assert _import(organizer, file) == (
        f"{count} customers: 0 created, 0 updated, {count} unchanged, 0 rejected.\n"
    )
    assert _values(organizer) == before


def test_an_empty_cell_of_the_exact_format_is_null(organizer: Organizer, tmp_path: Path) -> None:
    _load(organizer, tmp_path)
    file = _export(organizer, "text/csv", tmp_path / "export")
    lines = file.read_text().replace("2021-04-06T13:44:22.809377Z", "2026-01-01T00:00:00Z")
    file.write_text(lines.replace("1E+5", ""))

    _import(organizer, file)

    [changed] = [each for each in _values(organizer) if each["identifier"] == "E4"]
    assert changed["phone"] is None


@pytest.mark.parametrize("dialect", SPREADSHEETS)
def test_a_spreadsheet_with_all_fields_comes_back_without_a_loss(
    organizer: Organizer, rival: Organizer, tmp_path: Path, dialect: str
) -> None:
    _load(organizer, tmp_path)
    for name in ("formulas.ndjson", "phones.ndjson", "first.ndjson", "anonymised.ndjson"):
        _import(organizer, FILES / name)
    file = _export(organizer, "*/*", tmp_path / "export", f"{MORE}&{dialect}")

    _import(rival, file)

    assert len(_values(organizer)) == 20
    assert _values(rival) == _values(organizer)


@pytest.mark.parametrize("notes", ["=1", "'=1", "''", "'", "'s", "'+1", "\t'", "\rx", "@", "-"])
@pytest.mark.parametrize("dialect", ["format=csv&fields=identifier,notes,last_modified", MORE])
def test_exactly_one_apostrophe_is_removed_again(
    organizer: Organizer, rival: Organizer, tmp_path: Path, notes: str, dialect: str
) -> None:
    (tmp_path / "one.ndjson").write_bytes(orjson.dumps({**GIVEN, "notes": notes}))
    _import(organizer, tmp_path / "one.ndjson")
    file = _export(organizer, "text/csv", tmp_path / "export", dialect)

    _import(rival, file)

    assert [each["notes"] for each in _values(rival)] == [notes]
