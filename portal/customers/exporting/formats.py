"""Encodes the rows of an export as chunks of bytes: JSON, NDJSON, and CSV in two dialects."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.customers.formulas import escape_formula

Row = TypeVar("Row")
ROWS_PER_CHUNK: Final = 500
# Excel expects a comma or a semicolon in CSV, depending on the language of the operating system.
SEPARATORS: Final[Mapping[str, str]] = {"comma": ",", "semicolon": ";"}
LINE_ENDS: Final = {"\x85": r"\u0085", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def export_file_name(slug: str, zone: str, extension: str, *, content: str = "customers") -> str:
    """A file name with today's date in the time zone: `bigevents-customers-2026-11-28.csv`."""
    today = timezone.localdate(timezone=ZoneInfo(zone))
    return f"{slug}-{content}-{today.isoformat()}.{extension}"


def encode_ndjson(rows: Iterable[str]) -> Generator[bytes]:
    """Encode NDJSON: one JSON object a line. Each of `rows` is the JSON of a customer.

    Some programs end a line also at the characters LINE_ENDS, which are valid in JSON strings. So
    the characters LINE_ENDS are escaped.
    """
    for batch in _split_into_batches(rows):
        text = "\n".join(batch) + "\n"
        for character, escape in LINE_ENDS.items():
            text = text.replace(character, escape)
        yield text.encode()


def encode_json(rows: Iterable[str]) -> Generator[bytes]:
    """Encode a JSON array with one object a line. Each of `rows` is the JSON of a customer."""
    start = "[\n"
    for batch in _split_into_batches(rows):
        yield (start + ",\n".join(batch)).encode()
        start = ",\n"
    yield b"[]\n" if start == "[\n" else b"\n]\n"


def encode_csv(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, separator: str = ","
) -> Generator[bytes]:
    """Encode CSV (RFC 4180). The first line has the names of the fields; None is an empty cell."""
    for batch in _split_into_batches(chain([fields], rows)):
        text = StringIO()
        csv.writer(text, delimiter=separator).writerows(batch)
        yield text.getvalue().encode()


def encode_csv_for_spreadsheets(
    fields: Sequence[str], rows: Iterable[Sequence[str | None]], *, separator: str
) -> Generator[bytes]:
    """Encode CSV for spreadsheet programs: with a byte-order mark, and without formulas."""
    plain = ([cell and escape_formula(cell) for cell in row] for row in rows)
    chunks = encode_csv(fields, plain, separator=separator)
    yield codecs.BOM_UTF8 + next(chunks)
    yield from chunks


def _split_into_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_CHUNK)):
        yield batch
