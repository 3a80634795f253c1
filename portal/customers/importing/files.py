"""Customers in files: saved pages of the API, arrays, one customer per line. Read as a stream.

A file is cut into blocks, which costs little, so that other processes can read them. What cannot
be cut is read here, slowly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain, islice
from typing import Final, NamedTuple, Protocol

import orjson

from portal.customers.importing.json_stream import IN_PAGES, read_values
from portal.customers.importing.rows import Found, Rejection

CHUNK: Final = 1 << 19
BATCH: Final = 1_000
BOM: Final = b"\xef\xbb\xbf"
PAGE: Final = re.compile(rb'"results"\s*:\s*\[')
ARRAY: Final = re.compile(rb"\s*\[")
# Where one page ends and the next begins. Quotes only in pairs and backslashes only within them:
# so none can begin within a text.
FLAT: Final = rb'(?:[^{}\[\]"\\]|"(?:[^"\\]|\\.)*")*'
SEAM: Final = re.compile(rb"\]%b\}\s*\{%b" % (FLAT, FLAT) + PAGE.pattern)
# Up to the last comma that seems to stand between two customers.
CUSTOMERS: Final = re.compile(rb"(.*\})\s*,\s*(?=\{)", re.DOTALL)


class Readable(Protocol):
    """A binary file, a pipe, or one that counts what is read."""

    def read(self, size: int, /) -> bytes: ...


class Layout(Enum):
    """How customers lie in a file. The value is where ijson finds them."""

    PAGES = IN_PAGES
    ARRAY = "item"
    OBJECTS = ""
    LINES = "a line"


class Block(NamedTuple):
    """A part of a file: lines of JSON, an array, or what was read already."""

    name: str
    layout: Layout
    first: int
    content: bytes | list[Found | Rejection]

    @property
    def size(self) -> int:
        """In bytes, about."""
        if isinstance(self.content, list):
            return len(self.content) * CHUNK // BATCH
        return len(self.content)


def read_customers(file: Readable, *, name: str) -> Iterator[Found | Rejection]:
    """What the file holds, each with its place; what cannot be read is a Rejection.

    Everything before the place where a file breaks off is read. The file need not be seekable.
    """
    for block in read_blocks(file, name=name):
        yield from read_block(block)


def read_blocks(file: Readable, *, name: str) -> Iterator[Block]:
    """The same, still to be read by read_block()."""
    chunks = _chunks(file)
    head = next(chunks, b"").removeprefix(BOM)
    layout = _layout(head)
    blocks = iter(_cut(chain([head], chunks), name, layout) if head.strip() else ())
    first = next(blocks, None)
    yield first or Block(name, layout, 0, [Rejection(name, "holds no customers")])
    yield from blocks


def read_block(block: Block) -> Iterator[Found | Rejection]:
    """What the block holds. Needs neither its file nor the blocks before it."""
    if isinstance(block.content, list):
        yield from block.content
    elif block.layout is Layout.LINES:
        for number, line in enumerate(block.content.split(b"\n"), start=block.first):
            if line.strip():
                yield _read_line(line, f"{block.name}, line {number}")
    else:
        for number, content in enumerate(orjson.loads(block.content), start=block.first):
            yield Found(f"{block.name}, customer {number}", content)


def in_groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Small ones together, so that it pays to give them to another process."""
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if sum(each.size for each in group) >= CHUNK:
            yield group
            group = []
    if group:
        yield group


def _chunks(file: Readable) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _layout(head: bytes) -> Layout:
    text = head.lstrip()
    if text.startswith(b"["):
        return Layout.ARRAY
    if PAGE.search(text):
        return Layout.PAGES
    # The first line may be the one that is broken.
    if any(_is_object(line) for line in text.split(b"\n", 2)[:2]):
        return Layout.LINES
    return Layout.OBJECTS


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _cut(chunks: Iterator[bytes], name: str, layout: Layout) -> Iterator[Block]:
    if layout is Layout.LINES:
        return _cut_lines(chunks, name)
    return _cut_array(chunks, name, layout)


def _cut_lines(chunks: Iterable[bytes], name: str) -> Iterator[Block]:
    rest, number = b"", 1
    for chunk in chunks:
        lines, end, rest = (rest + chunk).rpartition(b"\n")
        if end:
            yield Block(name, Layout.LINES, number, lines)
            number += lines.count(b"\n") + 1
    if rest.strip():
        yield Block(name, Layout.LINES, number, rest)


def _read_line(line: bytes, place: str) -> Found | Rejection:
    try:
        return Found(place, orjson.loads(line))
    except orjson.JSONDecodeError as error:
        return Rejection(place, f"is not JSON: {error}")


def _cut_array(chunks: Iterator[bytes], name: str, layout: Layout) -> Iterator[Block]:
    """As long as the parts that it seems to have are JSON, which no wrong cut would be."""
    start, rest = _open(next(chunks), layout)
    number = 0
    while start and (customers := CUSTOMERS.match(rest)):
        content = b"[%b]" % SEAM.sub(b",", customers[1])
        try:
            length = len(orjson.loads(content))
        except orjson.JSONDecodeError:
            break
        yield Block(name, layout, number + 1, content)
        number += length
        rest = rest[customers.end() :] + next(chunks, b"")
    values = read_values(chain([start + rest], chunks), name, layout.value, before=number)
    while batch := list(islice(values, BATCH)):
        yield Block(name, layout, 0, batch)


def _open(head: bytes, layout: Layout) -> tuple[bytes, bytes]:
    """Where the customers begin: what has to stand before them, and they. Nothing if unsure."""
    if layout is Layout.ARRAY and (array := ARRAY.match(head)):
        return b"[", head[array.end() :]
    if layout is Layout.PAGES and (page := PAGE.search(head)):
        start = b'"results":['
        # Not in a text, and not within something else.
        if _is_object(head[: page.start()] + start + b"]}"):
            return b"{" + start, head[page.end() :]
    return b"", head
