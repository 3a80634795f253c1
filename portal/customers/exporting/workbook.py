"""XLSX, written row by row: memory holds one row, and temporary files the rest."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime, tzinfo
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import xlsxwriter
from django.db import models
from django.utils.text import capfirst

from portal.customers.locales import locale_name
from portal.customers.models import Customer

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CHUNK_BYTES: Final = 1 << 16
# Excel's limit of a cell; only notes can be longer.
MOST_CHARACTERS: Final = 32_767
# Excel counts the days from this year on.
FIRST_YEAR: Final = 1901
TIME_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"
WIDTHS: Final = {"name": 28, "email": 34, "name_parts": 40, "notes": 60}
WIDTH: Final = 22

Write = Callable[[int, int, str], None]


def encode_workbook(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, zone: str
) -> Generator[bytes]:
    """A workbook of the texts of read_texts(), with times as dates of this zone.

    The first chunk comes when all rows are written: a ZIP archive begins with their size.
    """
    with TemporaryFile() as file:
        _write(file, fields, rows, zone)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _write(
    file: IO[bytes], fields: Sequence[str], rows: Iterable[Sequence[str | None]], zone: str
) -> None:
    with TemporaryDirectory() as directory:
        options = {"constant_memory": True, "tmpdir": directory}
        with xlsxwriter.Workbook(file, options) as workbook:
            sheet = workbook.add_worksheet("Customers")
            _write_headings(sheet, fields, zone, workbook.add_format({"bold": True}))
            times = workbook.add_format({"num_format": TIME_FORMAT})
            cells = [_cell_writer(sheet, field, ZoneInfo(zone), times) for field in fields]
            for number, row in enumerate(rows, start=1):
                for column, (write, text) in enumerate(zip(cells, row, strict=True)):
                    if text:
                        write(number, column, text)


def _write_headings(sheet: Worksheet, fields: Sequence[str], zone: str, bold: Format) -> None:
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(fields):
        sheet.set_column(column, column, WIDTHS.get(field, WIDTH))
        sheet.write_string(0, column, heading(field, zone), bold)


def heading(field: str, zone: str) -> str:
    """The label of a field; that of a time names its zone: `Registered (Europe/Berlin)`."""
    label = capfirst(str(getattr(Customer._meta.get_field(field), "verbose_name", field)))
    return f"{label} ({zone})" if _is_time(field) else label


def _is_time(field: str) -> bool:
    return isinstance(Customer._meta.get_field(field), models.DateTimeField)


def _cell_writer(sheet: Worksheet, field: str, zone: tzinfo, times: Format) -> Write:
    """Writes the text of a field as what it is: a text stays a text, even if it has digits only."""

    def write_text(row: int, column: int, text: str) -> None:
        sheet.write_string(row, column, text[:MOST_CHARACTERS])

    def write_language(row: int, column: int, text: str) -> None:
        write_text(row, column, locale_name(text))

    def write_yes_no(row: int, column: int, text: str) -> None:
        sheet.write_boolean(row, column, text == "true")

    def write_time(row: int, column: int, text: str) -> None:
        local = datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None, microsecond=0)
        if local.year < FIRST_YEAR:
            write_text(row, column, local.isoformat(" "))
        else:
            sheet.write_datetime(row, column, local, times)

    if _is_time(field):
        return write_time
    if field == "locale":
        return write_language
    is_yes_no = isinstance(Customer._meta.get_field(field), models.BooleanField)
    return write_yes_no if is_yes_no else write_text
