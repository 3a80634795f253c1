"""Reads CSV and XLSX: finds the header, and makes a customer of each row."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from io import BytesIO
from itertools import chain, islice, zip_longest
from typing import Any, Final, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from portal.customers import names
from portal.customers.formulas import unescape_formula
from portal.customers.importing.formats.cells import Cell, InvalidCell, cell_as_text, read_cell
from portal.customers.importing.formats.columns import (
    PART_NAMES,
    FileColumns,
    choose_name_scheme,
    find_columns,
    is_known_column,
    quote_column_names,
)
from portal.customers.importing.formats.decoding import decode_text, find_encoding
from portal.customers.importing.merging import NAME, PARTS, TIME_FIELDS
from portal.customers.importing.rows import (
    ACCEPTED_FORMATS,
    ParsedRow,
    Rejection,
    UnusableFile,
    valid_identifier,
)

ROWS_PER_BLOCK: Final = 1_000
DELIMITERS: Final = (",", ";", "\t")
# The start of a first line of Excel, which names the delimiter: `sep=;`.
SEPARATOR_LINE: Final = "sep="
# The maximum size of a workbook, which is in memory as a whole: about 300,000 customers.
MAX_WORKBOOK_BYTES: Final = 1 << 28
# The maximum length of a cell. Python's default is 131,072 characters, but notes may be longer.
MAX_CELL_LENGTH: Final = 1 << 24
CLEARABLE_FIELDS: Final = frozenset(
    {"external_identifier", "email", "phone", "last_login", "notes"}
)
# Fields that are not text in a CSV file with exact values.
EXACT_READERS: Final = frozenset({"is_active", "is_verified", *TIME_FIELDS, "name_parts"})
csv.field_size_limit(MAX_CELL_LENGTH)


@dataclass(frozen=True)
class SheetOptions:
    """Options for reading spreadsheets.

    `remarks` collects messages about ignored columns and sheets. Times without a time zone are
    local times of `zone`. `renamed` maps names of columns to fields. With `empty_clears`, empty
    cells clear values.
    """

    zone: tzinfo = UTC
    renamed: Mapping[str, str] = field(default_factory=dict)
    empty_clears: bool = False
    remarks: list[str] = field(default_factory=list)


class SheetRow(NamedTuple):
    """The cells of a row, and its position in the file."""

    position: str
    cells: Sequence[Cell]


class SheetRows(NamedTuple):
    """A block of rows of a spreadsheet, with its columns and options."""

    columns: FileColumns
    zone: tzinfo
    empty_clears: bool
    rows: list[SheetRow | Rejection]


def read_csv(chunks: Iterable[bytes], name: str, options: SheetOptions) -> Iterator[SheetRows]:
    """Read a CSV file with commas, semicolons or tabs. Raises UnusableFile."""
    chunks = iter(chunks)
    head = next(chunks, b"")
    lines = _split_lines(decode_text(chain([head], chunks)))
    first = next(lines, "")
    separator = first[len(SEPARATOR_LINE) :].strip("\r\n") if is_separator_line(first) else ""
    lines = lines if separator else chain([first], lines)
    delimiter = separator or _find_delimiter(first)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows = _parse_csv(reader, name, lines_before=1 if separator else 0)
    header = next((row for row in rows if isinstance(row, SheetRow)), SheetRow(name, ()))
    columns = find_columns([*map(str, header.cells)], options.renamed)
    _encoding, mark = find_encoding(head)
    # Apostrophes are removed, except in Portal's CSV for programs, which has no added apostrophes.
    # This CSV has all fields and no byte-order mark.
    if mark or not columns.is_exact:
        rows = _unescape_formulas(rows)
    yield from _group_into_blocks(rows, columns, name, options)


def is_separator_line(line: str) -> bool:
    """Whether the line sets the delimiter for Excel, such as `sep=;`."""
    return line.startswith(SEPARATOR_LINE) and len(line.strip("\r\n")) == len(SEPARATOR_LINE) + 1


def read_workbook(chunks: Iterable[bytes], name: str, options: SheetOptions) -> Iterator[SheetRows]:
    """Read the first sheet with customers of an XLSX file. Raises UnusableFile."""
    workbook = _open_workbook(chunks)
    error = UnusableFile("is a workbook without rows")
    for sheet_name in workbook.sheet_names:
        rows = _sheet_rows(workbook, sheet_name, name)
        if (header := next(rows, None)) is None:
            continue
        try:
            columns = find_columns([*map(str, header.cells)], options.renamed)
        except UnusableFile as unusable:
            error = unusable
            continue
        if others := [each for each in workbook.sheet_names if each != sheet_name]:
            options.remarks.append(f"{name}: ignored sheets: {quote_column_names(others)}")
        yield from _group_into_blocks(rows, columns, name, options)
        return
    raise error


def read_rows(sheet: SheetRows) -> Iterator[ParsedRow | Rejection]:
    """Convert each row to a customer.

    An empty cell changes nothing, unless `empty_clears` is set.
    """
    for row in sheet.rows:
        yield row if isinstance(row, Rejection) else _read_row(row, sheet)


def _split_lines(texts: Iterable[str]) -> Iterator[str]:
    """The lines of a text, with line ends: `\\n`, `\\r\\n`, or `\\r` as on old Macs."""
    rest, end = "", ""
    for text in texts:
        rest += text
        end = end or ("\n" if "\n" in rest else "\r" if "\r" in rest[:-1] else "")
        if end:
            *lines, rest = rest.split(end)
            yield from (f"{line}{end}" for line in lines)
    if rest:
        yield rest


def _find_delimiter(header: str) -> str:
    """The delimiter that splits the header into the most known columns, or the most columns."""

    def rank(delimiter: str) -> tuple[int, int]:
        columns = next(csv.reader([header], delimiter=delimiter), [])
        return sum(map(is_known_column, columns)), len(columns)

    return max(DELIMITERS, key=rank)


def _parse_csv(
    reader: Any,  # the class of csv.reader() has no public name
    name: str,
    lines_before: int,
) -> Iterator[SheetRow | Rejection]:
    while True:
        position = f"{name}, line {lines_before + reader.line_num + 1}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(position, f"is not CSV: {error}")
        else:
            if any(cells):
                yield SheetRow(position, cells)


def _unescape_formulas(rows: Iterator[SheetRow | Rejection]) -> Iterator[SheetRow | Rejection]:
    """Remove the apostrophes that an export adds before texts which look like formulas."""
    for row in rows:
        if isinstance(row, Rejection):
            yield row
        else:
            yield row._replace(cells=[unescape_formula(str(cell)) for cell in row.cells])


def _open_workbook(chunks: Iterable[bytes]) -> CalamineWorkbook:
    content = BytesIO()
    for chunk in chunks:
        content.write(chunk)
        _check_size(content.tell())
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
        if not any(part.filename.startswith("xl/") for part in parts):
            raise UnusableFile(f"looks like a ZIP archive; {ACCEPTED_FORMATS}")
        _check_size(sum(part.file_size for part in parts))
        content.seek(0)
        return CalamineWorkbook.from_filelike(content)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise UnusableFile(f"is a broken ZIP archive or XLSX file: {error}") from error


def _check_size(size: int) -> None:
    if size > MAX_WORKBOOK_BYTES:
        raise UnusableFile("is too large for an XLSX file: save it as CSV")


def _sheet_rows(workbook: CalamineWorkbook, sheet_name: str, name: str) -> Iterator[SheetRow]:
    """The rows of a sheet that are not empty, numbered as in the spreadsheet.

    Raises UnusableFile.
    """
    try:
        rows = workbook.get_sheet_by_name(sheet_name).iter_rows()
        for number, cells in enumerate(rows, start=1):
            if any(cell != "" for cell in cells):
                yield SheetRow(f"{name}, row {number}", cells)
    except CalamineError as error:
        raise UnusableFile(f"has a broken sheet: {error}") from error


def _group_into_blocks(
    rows: Iterator[SheetRow | Rejection], columns: FileColumns, name: str, options: SheetOptions
) -> Iterator[SheetRows]:
    if columns.ignored:
        options.remarks.append(f"{name}: ignored columns: {quote_column_names(columns.ignored)}")
    while batch := [*islice(rows, ROWS_PER_BLOCK)]:
        yield SheetRows(columns, options.zone, options.empty_clears, batch)


def _read_row(row: SheetRow, sheet: SheetRows) -> ParsedRow | Rejection:
    targets = sheet.columns.targets
    content: dict[str, Any] = {}
    errors: dict[str, None] = {}  # a dict has each message once, in order
    for target, cell in zip_longest(targets, row.cells, fillvalue=""):
        try:
            if target == "" and cell != "":
                raise InvalidCell("has more cells than the header")
            if target:
                content |= _read_field(target, cell, sheet)
        except InvalidCell as error:
            errors[f"{target}: {error}".removeprefix(": ")] = None
    try:
        _join_parts(content, sheet.columns)
    except InvalidCell as error:
        errors[f"name: {error}"] = None
    if errors:
        return Rejection(row.position, "; ".join(errors), valid_identifier(content))
    return ParsedRow(row.position, content, is_partial=True)


def _read_field(target: str, cell: Cell, sheet: SheetRows) -> dict[str, Any]:
    """The value of a cell by field, or an empty dict if the cell changes nothing.

    Raises InvalidCell. Spaces around a value are removed, except in notes and in a CSV file with
    exact values.
    """
    is_exact = sheet.columns.is_exact
    if isinstance(cell, str) and not is_exact and (target != "notes" or not cell.strip()):
        cell = cell.strip()
    if cell != "":
        is_text = is_exact and target not in EXACT_READERS
        return {target: cell_as_text(cell) if is_text else read_cell(target, cell, sheet.zone)}
    if is_exact or (sheet.empty_clears and target in CLEARABLE_FIELDS):
        return {target: None}
    return {target: ""} if sheet.empty_clears and target in {NAME, *PART_NAMES} else {}


def _join_parts(content: dict[str, Any], columns: FileColumns) -> None:
    """Replace the name parts in `content` by one value with their scheme. Raises InvalidCell."""
    given = {part: content.pop(part) for part in columns.parts if part in content}
    if any(given.values()):
        parts = {part: value for part, value in given.items() if value}
        scheme = choose_name_scheme(columns, parts, content.pop(NAME, None))
        if not scheme:
            raise InvalidCell(f"no name has all of these parts: {', '.join(parts)}")
        content[PARTS] = {names.SCHEME: scheme, **given}
    elif given:
        content.setdefault(NAME, "")
