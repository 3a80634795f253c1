"""XLSX exports keep every text unchanged, and need constant memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.customers.exporting.workbook import MAX_CELL_LENGTH, encode_workbook

TEXTS = [
    *("=1+1", "+49170", "@x", "-2", "00123", "1E5", "0049", "http://example.org", "TRUE"),
    *(
        "  spaces  ",
        "tab\tline\nend\r\n\r",
        "\x01\x1f\x7f",
        "_x0041_",
        "<a&b>\"'",
        "😀 李",
        "\u2028",
    ),
]


def _write_workbook(rows: list[tuple[str | None, ...]], *fields: str) -> list[list[Any]]:
    content = b"".join(encode_workbook(fields, rows, zone="Europe/Berlin"))
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return sheet.to_python()


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_looks_like_a_number_stays_text(text: str) -> None:
    assert _write_workbook([("A", text)], "identifier", "notes")[1] == ["A", text]


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_every_text_that_a_database_stores_is_read_back(text: str) -> None:
    assert _write_workbook([("A", text)], "identifier", "notes")[1] == ["A", text]


def test_a_text_is_cut_at_the_length_limit_of_a_cell_in_excel() -> None:
    rows = _write_workbook([("A", "x" * (MAX_CELL_LENGTH + 1))], "identifier", "notes")

    assert rows[1] == ["A", "x" * MAX_CELL_LENGTH]


def test_the_headings_are_those_of_the_pages() -> None:
    assert _write_workbook([], "name", "locale", "last_modified") == [
        ["Name", "Language", "Last changed (Europe/Berlin)"]
    ]


def test_languages_and_states_have_names_and_facts_are_yes_or_no() -> None:
    rows: list[tuple[str | None, ...]] = [("de", "active", "true"), ("xx", "inactive", "false")]

    assert _write_workbook(rows, "locale", "state", "is_active")[1:] == [
        ["German", "Active", True],
        ["xx", "Inactive", False],
    ]


def _count_peak(rows: int) -> int:
    def texts() -> Iterator[tuple[str, ...]]:
        for number in range(rows):
            yield f"Customer {number}", f"customer{number}@example.org", "2026-01-01T00:00:00Z"

    tracemalloc.start()
    try:
        for _chunk in encode_workbook(("name", "email", "date_joined"), texts(), zone="UTC"):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows() -> None:
    _count_peak(10)

    assert _count_peak(4_000) < _count_peak(1_000) + 100_000


def test_the_first_bytes_come_before_the_last_rows() -> None:
    read = 0

    def texts() -> Iterator[tuple[str, ...]]:
        nonlocal read
        for read in range(50_000):
            yield (f"customer{read}@example.org",)

    chunks = encode_workbook(("email",), texts(), zone="UTC")

    assert next(chunks)
    assert read < 25_000
    chunks.close()


def test_a_query_that_fails_ends_the_file() -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("A",)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        next(encode_workbook(("identifier",), rows(), zone="UTC"))


def test_a_workbook_can_be_opened_with_all_rows_and_columns() -> None:
    rows = [("A", "2026-01-01T00:00:00Z")] * 3
    content = b"".join(encode_workbook(("identifier", "date_joined"), rows, zone="UTC"))

    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<dimension" not in sheet
    assert re.findall(r'<(?:row|c) r="(\w+)"', sheet) == [
        *("1", "A1", "B1"),
        *("2", "A2", "B2"),
        *("3", "A3", "B3"),
        *("4", "A4", "B4"),
    ]
