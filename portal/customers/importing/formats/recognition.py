"""Recognizes the format of a file by its first bytes, and explains why other files are rejected."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

import orjson

from portal.customers.importing.formats.columns import is_known_column
from portal.customers.importing.formats.decoding import decode_text
from portal.customers.importing.formats.spreadsheets import DELIMITERS, is_separator_line
from portal.customers.importing.rows import ACCEPTED_FORMATS, UnusableFile

RESULTS_START: Final = re.compile(rb'"results"\s*:\s*\[')
ZIP: Final = b"PK\x03\x04"
SIGNATURES: Final = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"BM": "an image",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"BZh": "a bzip2 archive: unpack it first",
    b"\xfd7zXZ": "an xz archive: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or one with a password: save it as .xlsx",
    b"{\\rtf": "an RTF document",
}


class FileFormat(Enum):
    """The file formats that can be imported."""

    JSON = "JSON"
    CSV = "CSV"
    XLSX = "XLSX"


def recognize_format(head: bytes) -> FileFormat:
    """The format of a file that begins with the bytes `head`. Raises UnusableFile."""
    if head.startswith(ZIP):
        return FileFormat.XLSX
    for signature, kind in SIGNATURES.items():
        if head.startswith(signature):
            raise _looks_like(kind)
    text = "".join(decode_text([head])).lstrip()
    if not text:
        raise UnusableFile(f"is empty; {ACCEPTED_FORMATS}")
    if is_json(head, text):
        return FileFormat.JSON
    if kind := _kind_of_text(text):
        raise _looks_like(kind)
    return FileFormat.CSV


def is_json(head: bytes, text: str) -> bool:
    """Whether the file is JSON. NDJSON whose first line is broken counts as JSON."""
    if text.startswith(("[", "{")) or RESULTS_START.search(head):
        return True
    return any(is_object(line) for line in text.split("\n", 2)[:2])


def _kind_of_text(text: str) -> str:
    """A description of a text that is not CSV, for an error message. Empty for CSV."""
    start, first = text[:1_000].casefold(), text.splitlines()[0]
    if "<html" in start or start.startswith("<!doctype html"):
        return "a web page, such as a sign-in page"
    if start.startswith("<"):
        return "XML"
    if "\0" in text:
        return "a binary file"
    has_columns = any(delimiter in first for delimiter in DELIMITERS)
    is_csv = has_columns or is_known_column(first) or is_separator_line(first)
    return "" if is_csv else "text without columns"


def is_object(text: str | bytes) -> bool:
    """Whether the text is the JSON of an object."""
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _looks_like(kind: str) -> UnusableFile:
    return UnusableFile(f"looks like {kind}; {ACCEPTED_FORMATS}")
