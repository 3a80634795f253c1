"""Rows of CSV and XLSX files."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from portal.customers.importing.formats.files import read_customers_from_file
from portal.customers.importing.formats.spreadsheets import SheetOptions
from portal.customers.importing.rows import ParsedRow, Rejection

HEADER = "Customer ID,Email,Notes\n"
ANN = ParsedRow("f, line 2", {"identifier": "ANN", "email": "ann@x.org"}, is_partial=True)


def _read_rows(
    content: str | bytes, *, chunk_bytes: int = 1 << 19, **options: Any
) -> list[ParsedRow | Rejection]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    sheets = SheetOptions(**options)
    return [*read_customers_from_file(file, name="f", chunk_bytes=chunk_bytes, sheets=sheets)]


def _contents_of(rows: list[ParsedRow | Rejection]) -> list[object]:
    assert all(isinstance(row, ParsedRow) for row in rows), rows
    return [row.content for row in rows if isinstance(row, ParsedRow)]


def _workbook(**sheets: list[list[object]]) -> bytes:
    workbook, content = Workbook(), io.BytesIO()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize("size", [30, 1 << 19])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_is_read_with_its_delimiter_line_ends_and_encoding(
    delimiter: str, end: str, encoding: str, size: int
) -> None:
    text = f"Kundennummer,E-Mail,Notizen{end}{end}ANN,ann@x.org,Zoë{end}".replace(",", delimiter)

    [row] = _read_rows(text.encode(encoding), chunk_bytes=size)

    content = {"identifier": "ANN", "email": "ann@x.org", "notes": "Zoë"}
    assert row == ParsedRow("f, line 3", content, is_partial=True)


def test_the_first_line_of_excel_names_the_delimiter() -> None:
    assert _read_rows("sep=;\r\nidentifier;email\r\nANN;ann@x.org\r\n")[0] == ParsedRow(
        "f, line 3", {"identifier": "ANN", "email": "ann@x.org"}, is_partial=True
    )


@pytest.mark.parametrize("notes", ['a,b;"c"', "one\r\ntwo", " one\ntwo ", "=1+1", "'1"])
def test_a_quoted_cell_has_any_text(notes: str) -> None:
    quoted = notes.replace('"', '""')

    rows = _read_rows(f'{HEADER}ANN,,"{quoted}"\nBOB,,\n')

    assert _contents_of(rows) == [{"identifier": "ANN", "notes": notes}, {"identifier": "BOB"}]
    last = rows[-1]
    assert isinstance(last, ParsedRow)
    assert last.position == f"f, line {3 + notes.count(chr(10))}"


def test_spaces_around_a_value_are_an_accident_except_in_notes() -> None:
    [content] = _contents_of(_read_rows(f"{HEADER} ANN , ann@x.org, VIP \n"))

    assert content == {"identifier": "ANN", "email": "ann@x.org", "notes": " VIP "}


def test_notes_may_be_long() -> None:
    notes = "x" * 200_000

    assert _contents_of(_read_rows(f"{HEADER}ANN,,{notes}\n")) == [
        {"identifier": "ANN", "notes": notes}
    ]


def test_rows_may_be_short_and_blank_ones_are_passed_over() -> None:
    assert _read_rows(f"{HEADER}ANN,ann@x.org\n,,\n\n") == [ANN]


def test_a_row_with_more_cells_than_the_header_is_rejected() -> None:
    assert _read_rows(f"{HEADER}ANN,ann@x.org,likes red, blue, green\n") == [
        Rejection("f, line 2", "has more cells than the header", "ANN")
    ]


def test_a_file_that_breaks_off_within_quotes_is_read_up_to_that_row() -> None:
    assert _read_rows(f'{HEADER}ANN,ann@x.org\nBOB,,"more') == [
        ANN,
        Rejection("f, line 3", "is not CSV: unexpected end of data"),
    ]


def test_a_broken_row_is_rejected_and_the_others_are_read() -> None:
    rejection, row = _read_rows(f'{HEADER}BOB,"b"ob@x.org\nANN,ann@x.org\n')

    assert str(rejection).startswith("f, line 2: is not CSV: ")
    assert isinstance(row, ParsedRow)
    assert (row.position, row.content) == ("f, line 3", ANN.content)


def test_all_errors_of_a_row_are_reported_with_its_identifier() -> None:
    header = "identifier,Account active,Last login,Language\n"

    assert _read_rows(f"{header}ANN,perhaps,12/31/2025,Klingonisch\n") == [
        Rejection(
            "f, line 2",
            "is_active: must be yes or no; last_login: must be a date like 2026-12-31 or "
            "31.12.2026, or a time of that day; locale: is not a language or its code, like de",
            "ANN",
        )
    ]


def test_columns_without_a_field_are_named_once() -> None:
    remarks: list[str] = []

    _read_rows("identifier,SSO provider,,Age\n" + "ANN,x,,7\n" * 3_000, remarks=remarks)

    assert remarks == ["f: ignored columns: 'SSO provider', 'Age'"]


def test_a_file_without_an_identifier_is_rejected_with_its_columns() -> None:
    [rejection] = _read_rows("Mitglied;Mail\n7;x@y.org\n")

    assert str(rejection) == (
        "f: has no column for the identifier; it has 'Mitglied', 'Mail'. Name the column by --map"
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Jo,Doe,Jo Doe", {"parts": {"_scheme": "given_family"}}),
        (",,Jo Doe", {"name": "Jo Doe"}),
        (",,", {}),
    ],
)
def test_parts_of_the_name_come_before_the_full_name(
    cells: str, expected: dict[str, dict[str, str]]
) -> None:
    header = "identifier,Name: Given name,Name: Family name,Full name\n"

    [content] = _contents_of(_read_rows(f"{header}ANN,{cells}\n"))

    if "parts" in expected:
        expected["parts"] |= {"given_name": "Jo", "family_name": "Doe"}
    assert content == {"identifier": "ANN", **expected}


def test_parts_that_no_name_has_are_rejected() -> None:
    header = "identifier,Name: Calling name,Name: Title\n"

    assert _read_rows(f"{header}ANN,Jo,Dr\n") == [
        Rejection("f, line 2", "name: no name has all of these parts: calling_name, title", "ANN")
    ]


def test_empty_cells_clear_on_purpose() -> None:
    header = "identifier,email,phone,Account active,Language,Full name,Vorname\n"

    [content] = _contents_of(_read_rows(f"{header}ANN,,,,,,\n", empty_clears=True))

    assert content == {"identifier": "ANN", "email": None, "phone": None, "name": ""}


def test_cells_of_a_workbook_have_types() -> None:
    header = ["Kundennummer", "Externe Referenz", "Telefon", "Aktiv", "Registriert", "Notizen"]
    day, moment = date(2026, 1, 2), datetime(2026, 1, 2, 14, 5)  # noqa: DTZ001
    ann: list[object] = ["ANN", "0042", 4930123456780, True, day, "1"]
    number: list[object] = [4711, 42, "+49 30 1", "nein", moment, None]

    rows = _read_rows(_workbook(Kunden=[[], [], [*header], ann, [], number]))

    texts = ("identifier", "external_identifier", "phone")
    assert _contents_of(rows) == [
        {
            **dict(zip(texts, ("ANN", "0042", "4930123456780"), strict=True)),
            "is_active": True,
            "date_joined": "2026-01-02",
            "notes": "1",
        },
        {
            **dict(zip(texts, ("4711", "42", "+49 30 1"), strict=True)),
            "is_active": False,
            "date_joined": "2026-01-02T14:05:00Z",
        },
    ]
    assert [getattr(row, "position", "") for row in rows] == ["f, row 4", "f, row 6"]


def test_the_first_sheet_with_customers_is_read() -> None:
    remarks: list[str] = []
    content = _workbook(Cover=[["Big Events"]], Customers=[["identifier"], ["ANN"]], More=[["x"]])

    assert _contents_of(_read_rows(content, remarks=remarks)) == [{"identifier": "ANN"}]
    assert remarks == ["f: ignored sheets: 'Cover', 'More'"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_workbook(Empty=[]), "is a workbook without rows"),
        (_workbook(Cover=[["Big Events"]]), "has no column for the identifier; it has 'Big Ev"),
        (_workbook(Customers=[["identifier"]]), "contains no customers"),
        (_workbook(Customers=[["identifier"]])[:-40], "is a broken ZIP archive or XLSX file"),
    ],
)
def test_a_workbook_without_customers_is_rejected(content: bytes, reason: str) -> None:
    [rejection] = _read_rows(content)

    assert str(rejection).startswith(f"f: {reason}")


def test_a_broken_sheet_is_rejected() -> None:
    source, content = io.BytesIO(_workbook(Customers=[["identifier"], ["ANN"]])), io.BytesIO()
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(content, "w") as broken:
        for part in whole.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            text = whole.read(part)
            broken.writestr(part.filename, text[: len(text) // 2] if is_sheet else text)

    [*_rows, rejection] = _read_rows(content.getvalue())

    assert str(rejection).startswith("f: has a broken sheet: ")


def test_a_workbook_that_is_too_large_unpacked_is_rejected() -> None:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(257):
            part.write(b" " * (1 << 20))

    [rejection] = _read_rows(content.getvalue())

    assert str(rejection) == "f: is too large for an XLSX file: save it as CSV"


def test_a_zip_archive_is_not_a_workbook() -> None:
    content = _workbook(Customers=[["identifier"]]).replace(b"xl/", b"yl/")

    [rejection] = _read_rows(content)

    assert str(rejection).startswith("f: looks like a ZIP archive; JSON, ")
