"""The file formats of an export as chunks of bytes: JSON, NDJSON, and CSV in two dialects."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.customers.formulas import as_plain_text

Row = TypeVar("Row")
ROWS_PER_CHUNK: Final = 500
# Excel expects a comma or a semicolon, depending on the language of the system.
SEPARATORS: Final[Mapping[str, str]] = {"comma": ",", "semicolon": ";"}
LINE_ENDS: Final = {"\x85": r"\u0085", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def file_name(slug: str, zone: str, extension: str, *, content: str = "customers") -> str:
    """`bigevents-customers-2026-11-28.csv`: the organizer, the list, and the day in its zone."""
    today = timezone.localdate(timezone=ZoneInfo(zone))
    return f"{slug}-{content}-{today.isoformat()}.{extension}"


def encode_ndjson(rows: Iterable[str]) -> Generator[bytes]:
    """One row a line; each row is a JSON object already.

    Some readers end a line at other characters as well, which JSON allows within strings.
    """
    for batch in _batches(rows):
        text = "\n".join(batch) + "\n"
        for character, escape in LINE_ENDS.items():
            text = text.replace(character, escape)
        yield text.encode()


def encode_json(rows: Iterable[str]) -> Generator[bytes]:
    """A JSON array with one row a line; each row is a JSON object already."""
    start = "[\n"
    for batch in _batches(rows):
        yield (start + ",\n".join(batch)).encode()
        start = ",\n"
    yield b"[]\n" if start == "[\n" else b"\n]\n"


def encode_csv(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, separator: str = ","
) -> Generator[bytes]:
    """RFC 4180 with the names of the fields in the first line; None is an empty cell."""
    for batch in _batches(chain([fields], rows)):
        text = StringIO()
        csv.writer(text, delimiter=separator).writerows(batch)
        yield text.getvalue().encode()


def encode_csv_for_spreadsheets(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, separator: str
) -> Generator[bytes]:
    """CSV for spreadsheet programs: with a byte-order mark, and with formulas made harmless."""
    plain = ([cell and as_plain_text(cell) for cell in row] for row in rows)
    chunks = encode_csv(fields, plain, separator=separator)
    yield codecs.BOM_UTF8 + next(chunks)
    yield from chunks


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_CHUNK)):
        yield batch
