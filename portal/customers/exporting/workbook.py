"""Streams XLSX files. XlsxWriter makes an empty workbook, and the rows are inserted into its sheet.

XlsxWriter alone writes the first byte only after it has all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import xlsxwriter
from django.db import models
from django.utils.text import capfirst
from xlsxwriter.utility import xl_col_to_name

from portal.customers.locales import locale_name
from portal.customers.models import Customer, State

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

CHUNK_BYTES: Final = 1 << 16
SHEET_PATH: Final = "xl/worksheets/sheet1.xml"
END_OF_ROWS: Final = b"</sheetData>"
# The element with the range of cells in the sheet. The export removes this element, because the
# number of rows is not known when the sheet begins.
DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
# The maximum length of a text in an Excel cell. Only notes can be longer.
MAX_CELL_LENGTH: Final = 32_767
# Matches characters that XML forbids, which are replaced by escapes such as `_x0000_`. Also matches
# the first character of a text that looks like such an escape.
FORBIDDEN_IN_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# The first year of Excel's dates. Earlier dates are written as text.
FIRST_YEAR: Final = 1901
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # Excel's times have no time zone
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
COLUMN_WIDTHS: Final = {"name": 28, "email": 34, "name_parts": 40, "notes": 60}
DEFAULT_WIDTH: Final = 22

# The function that returns the label of a code, by field.
LABELS_OF_CODES: Final[Mapping[str, Callable[[str], str]]] = {
    "locale": locale_name,
    "state": lambda code: str(State[code.upper()].label),
}

# A function that returns the XML of a cell. The arguments of a CellWriter are the reference of the
# cell, such as A2, and the text.
CellWriter = Callable[[str, str], str]


def encode_workbook(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, zone: str
) -> Generator[bytes]:
    """Encode rows of read_rows_as_texts() as an XLSX workbook, with times in the zone `zone`."""
    empty, time_style = _make_empty_workbook(fields, zone)
    cells = [_cell_writer(field, ZoneInfo(zone), time_style) for field in fields]
    output = _ZipOutput()
    with ZipFile(empty) as parts, ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            if name != SHEET_PATH:
                archive.writestr(name, parts.read(name))
        before, _end, after = DIMENSION.sub(b"", parts.read(SHEET_PATH)).partition(END_OF_ROWS)
        with archive.open(SHEET_PATH, "w") as sheet:
            sheet.write(before)
            for row in _row_elements(cells, rows):
                sheet.write(row.encode())
                if output.size >= CHUNK_BYTES:
                    yield output.take_written()
            sheet.write(END_OF_ROWS + after)
    yield output.take_written()


class _ZipOutput(RawIOBase):
    """The output file of a ZIP archive, which buffers the bytes until take_written().

    The file cannot seek.
    """

    def __init__(self) -> None:
        self._written = bytearray()

    @property
    def size(self) -> int:
        return len(self._written)

    def write(self, content: ReadableBuffer) -> int:
        self._written += content
        return memoryview(content).nbytes

    def take_written(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _make_empty_workbook(fields: Sequence[str], zone: str) -> tuple[BytesIO, int]:
    """A workbook that has only headings, and the number of its cell style for times."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Customers")
        bold = workbook.add_format({"bold": True})
        times = workbook.add_format({"num_format": TIME_FORMAT})
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(fields):
            style = times if _is_time(field) else None
            sheet.set_column(column, column, COLUMN_WIDTHS.get(field, DEFAULT_WIDTH), style)
            sheet.write_string(0, column, column_heading(field, zone), bold)
    return file, times.xf_index or 0


def column_heading(field: str, zone: str) -> str:
    """The heading of a column.

    The heading of a time has the time zone: `Registered (Europe/Berlin)`.
    """
    label = capfirst(str(getattr(Customer._meta.get_field(field), "verbose_name", field)))
    return f"{label} ({zone})" if _is_time(field) else label


def _is_time(field: str) -> bool:
    return isinstance(Customer._meta.get_field(field), models.DateTimeField)


def _row_elements(
    cells: Sequence[CellWriter], rows: Iterable[Sequence[str | None]]
) -> Iterator[str]:
    """The XML of each row. The rows are numbered from 2 on, because row 1 has the headings."""
    columns = [(xl_col_to_name(column), cell) for column, cell in enumerate(cells)]
    for number, row in enumerate(rows, start=2):
        written = [
            cell(f"{letter}{number}", text)
            for (letter, cell), text in zip(columns, row, strict=True)
            if text
        ]
        yield f'<row r="{number}">{"".join(written)}</row>'


def _cell_writer(field: str, zone: tzinfo, time_style: int) -> CellWriter:
    """The CellWriter for the type of the field.

    A text of digits stays a text in Excel.
    """

    def write_time(reference: str, text: str) -> str:
        local = datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None, microsecond=0)
        if local.year < FIRST_YEAR:
            return _text_cell(reference, local.isoformat(" "))
        days = (local - DAY_ZERO).total_seconds() / 86_400
        return f'<c r="{reference}" s="{time_style}"><v>{days}</v></c>'

    if _is_time(field):
        return write_time
    if field in LABELS_OF_CODES:
        return lambda reference, text: _text_cell(reference, LABELS_OF_CODES[field](text))
    is_yes_no = isinstance(Customer._meta.get_field(field), models.BooleanField)
    return _yes_no_cell if is_yes_no else _text_cell


def _text_cell(reference: str, text: str) -> str:
    plain = FORBIDDEN_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:MAX_CELL_LENGTH])
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(plain)}</t></is></c>'
    )


def _yes_no_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="b"><v>{int(text == "true")}</v></c>'
