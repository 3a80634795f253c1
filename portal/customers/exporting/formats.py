"""The file formats of an export: NDJSON and CSV as chunks of bytes."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Final, TypeVar

Row = TypeVar("Row")
ROWS_PER_CHUNK: Final = 500
LINE_ENDS: Final = {"\x85": r"\u0085", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def encode_ndjson(rows: Iterable[str]) -> Generator[bytes]:
    """One row a line; each row is a JSON object already.

    Some readers end a line at other characters as well, which JSON allows within strings.
    """
    for batch in _batches(rows):
        text = "\n".join(batch) + "\n"
        for character, escape in LINE_ENDS.items():
            text = text.replace(character, escape)
        yield text.encode()


def encode_csv(fields: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Generator[bytes]:
    """RFC 4180 with the names of the fields in the first line; None is an empty cell."""
    for batch in _batches(chain([fields], rows)):
        text = StringIO()
        csv.writer(text).writerows(batch)
        yield text.getvalue().encode()


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_CHUNK)):
        yield batch
