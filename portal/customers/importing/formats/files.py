"""Streams the customers in a file: JSON in several layouts, and spreadsheets.

A JSON file is split into blocks, which other processes can parse, because splitting is fast and
parsing is slow. After the first position at which splitting is not safe, the file is parsed in this
process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain, islice
from typing import Final, NamedTuple, Protocol

import orjson

from portal.customers.importing.formats.decoding import convert_to_utf8
from portal.customers.importing.formats.json_stream import (
    MAX_DETAIL_LENGTH,
    PAGE_PREFIX,
    read_values,
)
from portal.customers.importing.formats.recognition import (
    RESULTS_START,
    FileFormat,
    is_object,
    recognize_format,
)
from portal.customers.importing.formats.spreadsheets import (
    SheetOptions,
    SheetRows,
    read_csv,
    read_rows,
    read_workbook,
)
from portal.customers.importing.rows import ParsedRow, Rejection, UnusableFile

CHUNK_BYTES: Final = 1 << 19
ROWS_PER_BLOCK: Final = 1_000
BYTES_PER_ROW: Final = CHUNK_BYTES // ROWS_PER_BLOCK
ARRAY_START: Final = re.compile(rb"\s*\[")
# Matches JSON without braces and brackets, except in strings. Strings match only as a whole, so
# that a match cannot begin within a string.
FLAT_JSON: Final = rb'(?:[^{}\[\]"\\]|"(?:[^"\\]|\\.)*")*'
PAGE_BOUNDARY: Final = re.compile(
    rb"\]%b\}\s*\{%b" % (FLAT_JSON, FLAT_JSON) + RESULTS_START.pattern
)
# Matches everything before the last comma that seems to separate two customers.
COMPLETE_CUSTOMERS: Final = re.compile(rb"(.*\})\s*,\s*(?=\{)", re.DOTALL)


class ReadableFile(Protocol):
    """A binary file, a pipe, or a file with a progress bar."""

    def read(self, size: int, /) -> bytes: ...


class FileLayout(Enum):
    """How the customers are arranged in a file.

    The value is ijson's prefix of the customers. ijson does not parse LINES and SHEET.
    """

    PAGES = PAGE_PREFIX
    ARRAY = "item"
    OBJECTS = ""
    LINES = "a line"
    SHEET = "a row"


class FileBlock(NamedTuple):
    """A part of a file: lines of JSON, a JSON array, parsed rows, or rows of a spreadsheet."""

    name: str
    layout: FileLayout
    first: int
    content: bytes | list[ParsedRow | Rejection] | SheetRows

    @property
    def size(self) -> int:
        """The size in bytes. The size of parsed rows is an estimate."""
        if isinstance(self.content, bytes):
            return len(self.content)
        rows = self.content.rows if isinstance(self.content, SheetRows) else self.content
        return len(rows) * BYTES_PER_ROW


def read_customers_from_file(
    file: ReadableFile,
    *,
    name: str,
    chunk_bytes: int = CHUNK_BYTES,
    sheets: SheetOptions | None = None,
) -> Iterator[ParsedRow | Rejection]:
    """Read the rows of a file, and a Rejection for each part that cannot be read.

    Yields all rows before an error. The file need not be seekable.
    """
    for block in read_blocks(file, name=name, chunk_bytes=chunk_bytes, sheets=sheets):
        yield from read_block(block)


def read_blocks(
    file: ReadableFile,
    *,
    name: str,
    chunk_bytes: int = CHUNK_BYTES,
    sheets: SheetOptions | None = None,
) -> Iterator[FileBlock]:
    """Split a file into blocks for read_block(), about one for each chunk of `chunk_bytes`."""
    blocks = _read_format(_read_chunks(file, chunk_bytes), name, sheets or SheetOptions())
    try:
        first = next(blocks, None)
        yield first or _rejected_block(name, "contains no customers")
        yield from blocks
    except UnusableFile as error:
        yield _rejected_block(name, str(error))


def read_block(block: FileBlock) -> Iterator[ParsedRow | Rejection]:
    """Read the rows of a block, without the file and without other blocks."""
    if isinstance(block.content, SheetRows):
        yield from read_rows(block.content)
    elif isinstance(block.content, list):
        yield from block.content
    elif block.layout is FileLayout.LINES:
        for number, line in enumerate(block.content.split(b"\n"), start=block.first):
            if line.strip():
                yield from expand_page(_read_line(line, f"{block.name}, line {number}"))
    else:
        for number, content in enumerate(orjson.loads(block.content), start=block.first):
            yield from expand_page(ParsedRow(f"{block.name}, customer {number}", content))


def expand_page(row: ParsedRow | Rejection) -> Iterator[ParsedRow | Rejection]:
    """Expand a saved page of the API to its customers.

    An error of the API becomes a Rejection. Other rows are returned unchanged.
    """
    content = row.content if isinstance(row, ParsedRow) else None
    if not isinstance(content, dict) or "identifier" in content:
        yield row
    elif isinstance(results := content.get("results"), list):
        page = row.position.replace(", customer ", ", page ")
        for number, customer in enumerate(results, start=1):
            yield ParsedRow(f"{page}, customer {number}", customer)
    elif isinstance(detail := content.get("detail"), str):
        yield Rejection(row.position, f"is not a customer: {detail[:MAX_DETAIL_LENGTH]!r}")
    else:
        yield row


def group_blocks(blocks: Iterable[FileBlock], group_bytes: int) -> Iterator[list[FileBlock]]:
    """Group blocks to at least `group_bytes`, because sending many small blocks is slow."""
    group: list[FileBlock] = []
    for block in blocks:
        group.append(block)
        if sum(each.size for each in group) >= group_bytes:
            yield group
            group = []
    if group:
        yield group


def _read_chunks(file: ReadableFile, chunk_bytes: int) -> Iterator[bytes]:
    while chunk := file.read(chunk_bytes):
        yield chunk


def _rejected_block(name: str, reason: str) -> FileBlock:
    return FileBlock(name, FileLayout.OBJECTS, 0, [Rejection(name, reason)])


def _read_format(chunks: Iterator[bytes], name: str, sheets: SheetOptions) -> Iterator[FileBlock]:
    """Raises UnusableFile."""
    head = next(chunks, b"")
    whole = chain([head], chunks)
    match recognize_format(head):
        case FileFormat.JSON:
            yield from _split_into_blocks(convert_to_utf8(whole), name)
        case FileFormat.CSV:
            yield from _sheet_blocks(read_csv(whole, name, sheets), name)
        case FileFormat.XLSX:
            yield from _sheet_blocks(read_workbook(whole, name, sheets), name)


def _sheet_blocks(parts: Iterable[SheetRows], name: str) -> Iterator[FileBlock]:
    return (FileBlock(name, FileLayout.SHEET, 0, rows) for rows in parts)


def _find_layout(head: bytes) -> FileLayout:
    text = head.lstrip()
    if text.startswith(b"["):
        return FileLayout.ARRAY
    if RESULTS_START.search(text):
        return FileLayout.PAGES
    # If the first line is broken, the second line decides.
    if any(is_object(line) for line in text.split(b"\n", 2)[:2]):
        return FileLayout.LINES
    return FileLayout.OBJECTS


def _split_into_blocks(chunks: Iterator[bytes], name: str) -> Iterator[FileBlock]:
    head = next(chunks)
    layout, chunks = _find_layout(head), chain([head], chunks)
    if layout is FileLayout.LINES:
        return _split_lines(chunks, name)
    return _split_array(chunks, name, layout)


def _split_lines(chunks: Iterable[bytes], name: str) -> Iterator[FileBlock]:
    rest, number = b"", 1
    for chunk in chunks:
        lines, end, rest = (rest + chunk).rpartition(b"\n")
        if end:
            yield FileBlock(name, FileLayout.LINES, number, lines)
            number += lines.count(b"\n") + 1
    if rest.strip():
        yield FileBlock(name, FileLayout.LINES, number, rest)


def _read_line(line: bytes, position: str) -> ParsedRow | Rejection:
    try:
        return ParsedRow(position, orjson.loads(line))
    except orjson.JSONDecodeError as error:
        return Rejection(position, f"is not JSON: {error}")


def _split_array(chunks: Iterator[bytes], name: str, layout: FileLayout) -> Iterator[FileBlock]:
    """Split the list between customers, until a block is not valid JSON.

    A comma within a customer may look like the end of the customer. A block that ends there is not
    valid JSON; the rest of the file is then parsed as a whole.
    """
    start, rest = _find_start(next(chunks), layout)
    number = 0
    while start and (customers := COMPLETE_CUSTOMERS.match(rest)):
        content = b"[%b]" % PAGE_BOUNDARY.sub(b",", customers[1])
        try:
            length = len(orjson.loads(content))
        except orjson.JSONDecodeError:
            break
        yield FileBlock(name, layout, number + 1, content)
        number += length
        rest = rest[customers.end() :] + next(chunks, b"")
    parsed = read_values(chain([start + rest], chunks), name, layout.value, before=number)
    values = chain.from_iterable(map(expand_page, parsed))
    while batch := list(islice(values, ROWS_PER_BLOCK)):
        yield FileBlock(name, layout, 0, batch)


def _find_start(head: bytes, layout: FileLayout) -> tuple[bytes, bytes]:
    """The JSON before the first customer, and the rest of `head`.

    If the start of the first customer is not certain, the first text is empty.
    """
    if layout is FileLayout.ARRAY and (array := ARRAY_START.match(head)):
        return b"[", head[array.end() :]
    if layout is FileLayout.PAGES and (page := RESULTS_START.search(head)):
        start = b'"results":['
        # The match is the list of the page, not a part of a string or of another value.
        if is_object(head[: page.start()] + start + b"]}"):
            return b"{" + start, head[page.end() :]
    return b"", head
