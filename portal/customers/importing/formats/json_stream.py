"""Parses a JSON stream of any length value by value, and reports the first error."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final, NamedTuple

import ijson

from portal.customers.importing.rows import ParsedRow, Rejection

PAGE_PREFIX: Final = "results.item"
MAX_DETAIL_LENGTH: Final = 200
# The events of ijson that do not complete a value. All other events at the prefix of a value
# complete the value.
OPENING_EVENTS: Final = frozenset({"start_map", "map_key", "start_array"})
SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
# Matches a pair of surrogates, a lone surrogate (the group), or any other escape sequence.
ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89aAbB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL
)


class BrokenJson(ValueError):
    """The file cannot be parsed from this position on."""


class NotAPage(NamedTuple):
    """A value that is not a page of customers, such as an error of the API.

    `detail` is the text of the error.
    """

    detail: str


def read_values(
    chunks: Iterable[bytes], name: str, prefix: str, *, before: int
) -> Iterator[ParsedRow | Rejection]:
    """The values at a prefix of ijson, as rows.

    Positions of rows are counted from `before`, the number of customers before the chunks.
    """
    number = before
    try:
        for content in _parse(chunks, prefix):
            if isinstance(content, NotAPage):
                yield Rejection(
                    _position_after(name, number), f"is not a page of customers{content.detail}"
                )
            else:
                number += 1
                yield ParsedRow(f"{name}, customer {number}", content)
    except BrokenJson as error:
        yield Rejection(_position_after(name, number), str(error))


def without_lone_surrogates(json: bytes) -> bytes:
    """Replace lone surrogates in JSON by NUL.

    check_rows() rejects a row with NUL, and would also reject a row with a lone surrogate.

    ijson would replace a lone surrogate by `?`, and orjson would reject the whole JSON.
    """
    return ESCAPE.sub(_replace_lone_surrogate, json) if SURROGATE.search(json) else json


def _position_after(name: str, number: int) -> str:
    return f"{name}, after customer {number}" if number else name


def _parse(chunks: Iterable[bytes], prefix: str) -> Iterator[object]:
    """The values at a prefix of ijson. Raises BrokenJson after the last valid value.

    Chunks are sent to a coroutine of ijson, because its iterator loses the values that precede an
    error in a chunk.
    """
    values = ijson.sendable_list()
    if prefix == PAGE_PREFIX:
        next(pages := _collect_pages(values))
        parser = ijson.parse_coro(pages, multiple_values=True)
    else:
        parser = ijson.items_coro(values, prefix, multiple_values=True)
    for chunk in chain(map(without_lone_surrogates, _split_after_commas(chunks)), [None]):
        error = _send_chunk(parser, chunk)
        yield from values
        values.clear()
        if error:
            raise BrokenJson(error)


def _collect_pages(values: list[object]) -> Generator[None, tuple[str, str, Any], None]:
    """Append the customers of all pages to `values`, and a NotAPage for each value that is no page.

    ijson would skip a value that is no page silently.
    """
    customer = ijson.ObjectBuilder()
    is_page, detail = False, ""
    while True:
        prefix, event, value = yield
        if prefix.startswith(PAGE_PREFIX):
            customer.event(event, value)
            if prefix == PAGE_PREFIX and event not in OPENING_EVENTS:
                values.append(customer.value)
                customer = ijson.ObjectBuilder()
        elif prefix == "results" and event == "start_array":
            is_page = True
        elif prefix == "detail" and event == "string":
            detail = f": {value[:MAX_DETAIL_LENGTH]!r}"
        elif not prefix and event not in OPENING_EVENTS:
            if not is_page:
                values.append(NotAPage(detail))
            is_page, detail = False, ""


def _send_chunk(parser: Generator[None, bytes, None], chunk: bytes | None) -> str:
    """Parse the chunk, or end the stream if it is None.

    Returns an error message, or an empty text.
    """
    try:
        with _unlimited_digits():
            parser.close() if chunk is None else parser.send(chunk)
    except ArithmeticError:
        return "contains a number that is too large"
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("b'").partition("\\n")[0].splitlines()[0]
        return "breaks off in the middle" if "premature EOF" in reason else f"is not JSON: {reason}"
    return ""


@contextmanager
def _unlimited_digits() -> Iterator[None]:
    """Lift Python's limit of digits, beyond which ijson's C code would abort the process."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


def _split_after_commas(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks that end after a comma, never within an escape sequence."""
    rest = b""
    for chunk in chunks:
        head, comma, tail = chunk.rpartition(b",")
        if comma:
            yield rest + head + comma
            rest = tail
        else:
            rest += chunk
    yield rest


def _replace_lone_surrogate(escape: re.Match[bytes]) -> bytes:
    return rb"\u0000" if escape[1] else escape[0]
