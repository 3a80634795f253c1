"""Customers in files: saved pages of the API, arrays, one customer per line. Read as a stream."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from enum import Enum
from itertools import chain
from typing import Final, Protocol

import ijson
import orjson

from portal.customers.rows import Found, Rejection

CHUNK: Final = 1 << 16
BOM: Final = b"\xef\xbb\xbf"
PAGE: Final = re.compile(rb'"results"\s*:\s*\[')
SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
# A pair of surrogates, a lone one (the group), any other escape sequence.
ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89aAbB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL
)


class Readable(Protocol):
    """A binary file, a pipe, or one that counts what is read."""

    def read(self, size: int, /) -> bytes: ...


class Layout(Enum):
    """How customers lie in a file. The value is where ijson finds them."""

    PAGES = "results.item"
    ARRAY = "item"
    OBJECTS = ""
    LINES = "a line"


class BrokenJson(ValueError):
    """From here on the file cannot be read."""


def read_customers(file: Readable, *, name: str) -> Iterator[Found | Rejection]:
    """What the file holds, each with its place; what cannot be read is a Rejection.

    Everything before the place where a file breaks off is read. The file need not be seekable.
    """
    chunks = _chunks(file)
    head = next(chunks, b"").removeprefix(BOM)
    found = _read(chain([head], chunks), name, _layout(head)) if head.strip() else iter(())
    first = next(found, None)
    yield first or Rejection(name, "holds no customers")
    yield from found


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


def _read(chunks: Iterable[bytes], name: str, layout: Layout) -> Iterator[Found | Rejection]:
    if layout is Layout.LINES:
        return _read_lines(chunks, name)
    return _read_values(_without_lone_surrogates(chunks), name, layout.value)


def _read_lines(chunks: Iterable[bytes], name: str) -> Iterator[Found | Rejection]:
    for number, line in enumerate(_lines(chunks), start=1):
        if line.strip():
            yield _read_line(line, f"{name}, line {number}")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest


def _read_line(line: bytes, place: str) -> Found | Rejection:
    try:
        return Found(place, orjson.loads(line))
    except orjson.JSONDecodeError as error:
        return Rejection(place, f"is not JSON: {error}")


def _read_values(chunks: Iterable[bytes], name: str, prefix: str) -> Iterator[Found | Rejection]:
    number = 0
    try:
        for number, content in enumerate(_parse(chunks, prefix), start=1):
            yield Found(f"{name}, customer {number}", content)
    except BrokenJson as error:
        yield Rejection(f"{name}, after customer {number}" if number else name, str(error))


def _parse(chunks: Iterable[bytes], prefix: str) -> Iterator[object]:
    """The values at the prefix. Raises BrokenJson after the last one that can be read.

    Fed by hand, because ijson's own iterator loses the values before an error in the same chunk.
    """
    found = ijson.sendable_list()
    parser = ijson.items_coro(found, prefix, multiple_values=True)
    for chunk in chain(chunks, [None]):
        fault = _feed(parser, chunk)
        yield from found
        found.clear()
        if fault:
            raise BrokenJson(fault)


def _feed(parser: Generator[None, bytes, None], chunk: bytes | None) -> str:
    """What is wrong with the chunk; None stands for the end."""
    try:
        parser.close() if chunk is None else parser.send(chunk)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("b'").partition("\\n")[0].splitlines()[0]
        return "breaks off in the middle" if "premature EOF" in reason else f"is not JSON: {reason}"
    return ""


def _without_lone_surrogates(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """With NUL in their place, which is refused like them: ijson makes question marks of them."""
    for piece in _pieces(chunks):
        yield ESCAPE.sub(_nul_for_lone, piece) if SURROGATE.search(piece) else piece


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, cut after commas: no escape sequence of JSON holds one, so none is cut."""
    rest = b""
    for chunk in chunks:
        head, comma, tail = chunk.rpartition(b",")
        if comma:
            yield rest + head + comma
            rest = tail
        else:
            rest += chunk
    yield rest


def _nul_for_lone(escape: re.Match[bytes]) -> bytes:
    return rb"\u0000" if escape[1] else escape[0]
