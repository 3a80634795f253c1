"""Texts that a spreadsheet program would calculate as formulas when it opens a CSV file."""

from __future__ import annotations

from typing import Final

APOSTROPHE: Final = "'"
# Programs skip the characters of white space; those of full width are for Japanese keyboards. The
# apostrophe is there so that one can be removed from every text that begins with one.
STARTS: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")


def as_plain_text(text: str) -> str:
    """The text, behind an apostrophe if a spreadsheet program might calculate it."""
    return APOSTROPHE + text if text[:1] in STARTS else text


def without_apostrophe(text: str) -> str:
    """The reverse of as_plain_text(). An apostrophe before any other character stays."""
    return text[1:] if text[:1] == APOSTROPHE and text[1:2] in STARTS else text
