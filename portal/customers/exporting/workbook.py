"""XLSX as a stream: XlsxWriter makes an empty workbook, and the rows are written into its sheet.

XlsxWriter itself needs all rows before it packs the first byte.
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
# The cells that the sheet has. Only the headings are known before the rows.
DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
# Excel's limit of a cell; only notes can be longer.
MOST_CHARACTERS: Final = 32_767
# Characters that XML does not have are escaped by their number, and so are texts like an escape.
ESCAPED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# Excel counts the days from this year on.
FIRST_YEAR: Final = 1901
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # cells have no time zone
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
WIDTHS: Final = {"name": 28, "email": 34, "name_parts": 40, "notes": 60}
WIDTH: Final = 22

# How a value is shown to people, where it is a code.
LABELS: Final[Mapping[str, Callable[[str], str]]] = {
    "locale": locale_name,
    "state": lambda code: str(State[code.upper()].label),
}

# The XML of a cell from its reference, such as A2, and its text.
Cell = Callable[[str, str], str]


def encode_workbook(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, zone: str
) -> Generator[bytes]:
    """A workbook of the texts of read_texts(), with times as dates of this zone."""
    empty, time_style = _make_empty_workbook(fields, zone)
    cells = [_cell(field, ZoneInfo(zone), time_style) for field in fields]
    output = _Output()
    with ZipFile(empty) as parts, ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            if name != SHEET:
                archive.writestr(name, parts.read(name))
        before, _end, after = DIMENSION.sub(b"", parts.read(SHEET)).partition(END_OF_ROWS)
        with archive.open(SHEET, "w") as sheet:
            sheet.write(before)
            for row in _rows(cells, rows):
                sheet.write(row.encode())
                if output.size >= CHUNK_BYTES:
                    yield output.take()
            sheet.write(END_OF_ROWS + after)
    yield output.take()


class _Output(RawIOBase):
    """What a ZIP archive has written since the last take(). It cannot seek."""

    def __init__(self) -> None:
        self._written = bytearray()

    @property
    def size(self) -> int:
        return len(self._written)

    def write(self, content: ReadableBuffer) -> int:
        self._written += content
        return memoryview(content).nbytes

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _make_empty_workbook(fields: Sequence[str], zone: str) -> tuple[BytesIO, int]:
    """A workbook with the headings only, and the number of its style of times."""
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
    """The label of a field; that of a time names its zone: `Registered (Europe/Berlin)`."""
    label = capfirst(str(getattr(Customer._meta.get_field(field), "verbose_name", field)))
    return f"{label} ({zone})" if _is_time(field) else label


def _is_time(field: str) -> bool:
    return isinstance(Customer._meta.get_field(field), models.DateTimeField)


def _rows(cells: Sequence[Cell], rows: Iterable[Sequence[str | None]]) -> Iterator[str]:
    """The XML of each row, from the second one on: the first one has the headings."""
    columns = [(xl_col_to_name(column), cell) for column, cell in enumerate(cells)]
    for number, row in enumerate(rows, start=2):
        written = [
            cell(f"{letter}{number}", text)
            for (letter, cell), text in zip(columns, row, strict=True)
            if text
        ]
        yield f'<row r="{number}">{"".join(written)}</row>'


def _cell(field: str, zone: tzinfo, time_style: int) -> Cell:
    """Writes the text of a field as what it is: a text stays a text, even if it has digits only."""

    def write_time(reference: str, text: str) -> str:
        local = datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None, microsecond=0)
        if local.year < FIRST_YEAR:
            return _text_cell(reference, local.isoformat(" "))
        days = (local - DAY_ZERO).total_seconds() / 86_400
        return f'<c r="{reference}" s="{time_style}"><v>{days}</v></c>'

    if _is_time(field):
        return write_time
    if field in LABELS:
        return lambda reference, text: _text_cell(reference, LABELS[field](text))
    is_yes_no = isinstance(Customer._meta.get_field(field), models.BooleanField)
    return _yes_no_cell if is_yes_no else _text_cell


def _text_cell(reference: str, text: str) -> str:
    plain = ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:MOST_CHARACTERS])
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(plain)}</t></is></c>'
    )


def _yes_no_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="b"><v>{int(text == "true")}</v></c>'
