"""The values in JSON of any length, one after another, and what is wrong with it."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final, NamedTuple

import ijson

from portal.customers.importing.rows import Found, Rejection

IN_PAGES: Final = "results.item"
LONGEST_DETAIL: Final = 200
# What begins something at a prefix, or is within it; any other event ends what stands there.
BEGINNINGS: Final = frozenset({"start_map", "map_key", "start_array"})
SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
# A pair of surrogates, a lone one (the group), any other escape sequence.
ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89aAbB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL
)


class BrokenJson(ValueError):
    """From here on the file cannot be read."""


class NoPage(NamedTuple):
    """An answer among pages that is none, as of a service that refused, and what it says."""

    detail: str


def read_values(
    chunks: Iterable[bytes], name: str, prefix: str, *, before: int
) -> Iterator[Found | Rejection]:
    """The values at ijson's prefix, numbered from those that were read before."""
    number = before
    try:
        for content in _parse(chunks, prefix):
            if isinstance(content, NoPage):
                yield Rejection(_after(name, number), f"is no page of customers{content.detail}")
            else:
                number += 1
                yield Found(f"{name}, customer {number}", content)
    except BrokenJson as error:
        yield Rejection(_after(name, number), str(error))


def _after(name: str, number: int) -> str:
    return f"{name}, after customer {number}" if number else name


def _parse(chunks: Iterable[bytes], prefix: str) -> Iterator[object]:
    """The values at the prefix. Raises BrokenJson after the last one that can be read.

    Fed by hand, because ijson's own iterator loses the values before an error in the same chunk.
    """
    found = ijson.sendable_list()
    if prefix == IN_PAGES:
        next(pages := _in_pages(found))
        parser = ijson.parse_coro(pages, multiple_values=True)
    else:
        parser = ijson.items_coro(found, prefix, multiple_values=True)
    for chunk in chain(_without_lone_surrogates(chunks), [None]):
        fault = _feed(parser, chunk)
        yield from found
        found.clear()
        if fault:
            raise BrokenJson(fault)


def _in_pages(found: list[object]) -> Generator[None, tuple[str, str, Any], None]:
    """Adds the customers of the events, and a NoPage for an answer that has no list of them.

    ijson would pass over such an answer in silence.
    """
    customer = ijson.ObjectBuilder()
    is_page, detail = False, ""
    while True:
        prefix, event, value = yield
        if prefix.startswith(IN_PAGES):
            customer.event(event, value)
            if prefix == IN_PAGES and event not in BEGINNINGS:
                found.append(customer.value)
                customer = ijson.ObjectBuilder()
        elif prefix == "results" and event == "start_array":
            is_page = True
        elif prefix == "detail" and event == "string":
            detail = f": {value[:LONGEST_DETAIL]!r}"
        elif not prefix and event not in BEGINNINGS:
            if not is_page:
                found.append(NoPage(detail))
            is_page, detail = False, ""


def _feed(parser: Generator[None, bytes, None], chunk: bytes | None) -> str:
    """What is wrong with the chunk; None stands for the end."""
    try:
        with _numbers_of_any_length():
            parser.close() if chunk is None else parser.send(chunk)
    except ArithmeticError:
        return "holds a number that is too large"
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("b'").partition("\\n")[0].splitlines()[0]
        return "breaks off in the middle" if "premature EOF" in reason else f"is not JSON: {reason}"
    return ""


@contextmanager
def _numbers_of_any_length() -> Iterator[None]:
    """ijson, written in C, ends the process where Python refuses to read a number."""
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(most)


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
