"""The values in JSON of any length, one after another, and what is wrong with it."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

import ijson

from portal.customers.rows import Found, Rejection

SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
# A pair of surrogates, a lone one (the group), any other escape sequence.
ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89aAbB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL
)


class BrokenJson(ValueError):
    """From here on the file cannot be read."""


def read_values(
    chunks: Iterable[bytes], name: str, prefix: str, *, before: int
) -> Iterator[Found | Rejection]:
    """The values at ijson's prefix, numbered from those that were read before."""
    number = before
    try:
        for number, content in enumerate(_parse(chunks, prefix), start=before + 1):
            yield Found(f"{name}, customer {number}", content)
    except BrokenJson as error:
        yield Rejection(f"{name}, after customer {number}" if number else name, str(error))


def _parse(chunks: Iterable[bytes], prefix: str) -> Iterator[object]:
    """The values at the prefix. Raises BrokenJson after the last one that can be read.

    Fed by hand, because ijson's own iterator loses the values before an error in the same chunk.
    """
    found = ijson.sendable_list()
    parser = ijson.items_coro(found, prefix, multiple_values=True)
    for chunk in chain(_without_lone_surrogates(chunks), [None]):
        fault = _feed(parser, chunk)
        yield from found
        found.clear()
        if fault:
            raise BrokenJson(fault)


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
