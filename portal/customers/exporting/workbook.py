"""Streams XLSX: XlsxWriter makes an empty workbook, and the rows are inserted into its sheet.

XlsxWriter alone would need all rows before it returns the first byte.
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
SHEET: Final = "xl/worksheets/sheet1.xml"
END_OF_ROWS: Final = b"</sheetData>"
# The range of cells in the sheet. It is removed, because the number of rows is not known yet.
DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
# Excel's limit for a cell. Only notes can be longer.
MAX_CELL_LENGTH: Final = 32_767
# Characters that XML forbids, and texts that look like their replacement: `_x0000_`.
NOT_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# Excel has no earlier dates: they are written as text.
FIRST_YEAR: Final = 1901
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # cells have no time zone
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
WIDTHS: Final = {"name": 28, "email": 34, "name_parts": 40, "notes": 60}
WIDTH: Final = 22

# The text that replaces a code.
LABELS_OF_CODES: Final[Mapping[str, Callable[[str], str]]] = {
    "locale": locale_name,
    "state": lambda code: str(State[code.upper()].label),
}

# A function that returns the XML of a cell for its reference, such as A2, and its text.
CellWriter = Callable[[str, str], str]


def encode_workbook(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, zone: str
) -> Generator[bytes]:
    """A workbook with the rows of read_texts(), and with times in this time zone."""
    empty, time_style = _make_empty_workbook(fields, zone)
    cells = [_cell_writer(field, ZoneInfo(zone), time_style) for field in fields]
    output = _ZipOutput()
    with ZipFile(empty) as parts, ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            if name != SHEET:
                archive.writestr(name, parts.read(name))
        before, _end, after = DIMENSION.sub(b"", parts.read(SHEET)).partition(END_OF_ROWS)
        with archive.open(SHEET, "w") as sheet:
            sheet.write(before)
            for row in _row_elements(cells, rows):
                sheet.write(row.encode())
                if output.size >= CHUNK_BYTES:
                    yield output.take_written()
            sheet.write(END_OF_ROWS + after)
    yield output.take_written()


class _ZipOutput(RawIOBase):
    """A file to which a ZIP archive is written piece by piece. It cannot seek."""

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
    """A workbook with only the headings, and the number of the cell style for times."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Customers")
        bold = workbook.add_format({"bold": True})
        times = workbook.add_format({"num_format": TIME_FORMAT})
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(fields):
            style = times if _is_time(field) else None
            sheet.set_column(column, column, WIDTHS.get(field, WIDTH), style)
            sheet.write_string(0, column, heading(field, zone), bold)
    return file, times.xf_index or 0


def heading(field: str, zone: str) -> str:
    """The label of a field, with the time zone if it is a time: `Registered (Europe/Berlin)`."""
    label = capfirst(str(getattr(Customer._meta.get_field(field), "verbose_name", field)))
    return f"{label} ({zone})" if _is_time(field) else label


def _is_time(field: str) -> bool:
    return isinstance(Customer._meta.get_field(field), models.DateTimeField)


def _row_elements(
    cells: Sequence[CellWriter], rows: Iterable[Sequence[str | None]]
) -> Iterator[str]:
    """The XML of each row, from number 2 on, because row 1 has the headings."""
    columns = [(xl_col_to_name(column), cell) for column, cell in enumerate(cells)]
    for number, row in enumerate(rows, start=2):
        written = [
            cell(f"{letter}{number}", text)
            for (letter, cell), text in zip(columns, row, strict=True)
            if text
        ]
        yield f'<row r="{number}">{"".join(written)}</row>'


def _cell_writer(field: str, zone: tzinfo, time_style: int) -> CellWriter:
    """The writer for the type of the field. A text remains a text even if it has only digits."""

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
    plain = NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:MAX_CELL_LENGTH])
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(plain)}</t></is></c>'
    )


def _yes_no_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="b"><v>{int(text == "true")}</v></c>'
