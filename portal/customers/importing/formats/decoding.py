"""Decodes text files: UTF-8, UTF-16, and Windows-1252, which older versions of Excel write."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

UTF8_BOM: Final = codecs.BOM_UTF8
UTF16: Final = frozenset({"utf-16-le", "utf-16-be"})
BEYOND_ASCII: Final = bytes(range(0x80, 0x100))
BOMS: Final = {
    UTF8_BOM: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def find_encoding(head: bytes) -> tuple[str | None, int]:
    """The encoding of a file by its first bytes, or None, and the length of its byte-order mark."""
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            return encoding, len(bom)
    # UTF-16 without a byte-order mark is recognized if the first character is in ASCII.
    if len(head) > 1 and head[0] and not head[1]:
        return "utf-16-le", 0
    if len(head) > 1 and head[1] and not head[0]:
        return "utf-16-be", 0
    return None, 0


def decode_text(chunks: Iterable[bytes]) -> Iterator[str]:
    """Decode a text file. Invalid bytes become lone surrogates, which are rejected in rows.

    Without a byte-order mark, the first characters outside of ASCII decide between UTF-8 and
    Windows-1252.
    """
    chunks = iter(chunks)
    head = next(chunks, b"")
    encoding, length = find_encoding(head)
    decoder = _decoder(encoding) if encoding else None
    rest = b""
    for chunk in chain([head[length:]], chunks):
        if decoder:
            yield decoder.decode(chunk)
            continue
        # Bytes outside of ASCII at the end of a chunk may be an incomplete character.
        complete = (rest + chunk).rstrip(BEYOND_ASCII)
        if not complete.isascii():
            decoder = _decoder(_guess_encoding(complete))
            yield decoder.decode(rest + chunk)
        else:
            yield complete.decode("ascii")
            rest = (rest + chunk)[len(complete) :]
    if not decoder:
        yield rest.decode(_guess_encoding(rest), "surrogateescape")
    elif decoder.getstate()[0]:
        yield "\udcff"


def convert_to_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Convert a file to UTF-8 without a byte-order mark. Only UTF-16 is converted."""
    chunks = iter(chunks)
    head = next(chunks, b"")
    encoding, length = find_encoding(head)
    if encoding in UTF16:
        for text in decode_text(chain([head], chunks)):
            yield text.encode("utf-8", "surrogatepass")
    else:
        yield from chain([head[length:]], chunks)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    errors = "surrogatepass" if encoding in UTF16 else "surrogateescape"
    return codecs.getincrementaldecoder(encoding)(errors)


def _guess_encoding(content: bytes) -> str:
    """Guess the encoding:

    Windows-1252 if more bytes are invalid in UTF-8 than characters outside of ASCII are valid.
    """
    text = content.decode("utf-8", "surrogateescape")
    invalid = sum("\udc80" <= character <= "\udcff" for character in text)
    valid = sum(character >= "\x80" for character in text) - invalid
    return "utf-8" if valid >= invalid else "cp1252"
