"""Protects texts in a CSV file from being calculated as formulas by spreadsheet programs."""

from __future__ import annotations

from typing import Final

APOSTROPHE: Final = "'"
# Characters at the start of a text that is protected by an apostrophe. Spreadsheet programs skip
# tabs and line breaks before a formula. The four signs before the apostrophe are full-width signs
# of Japanese keyboards. The apostrophe itself is included, so that without_apostrophe() can always
# remove one.
STARTS: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")


def as_plain_text(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet program might calculate it."""
    return APOSTROPHE + text if text[:1] in STARTS else text


def without_apostrophe(text: str) -> str:
    """Remove the apostrophe that as_plain_text() adds. Any other apostrophe stays."""
    return text[1:] if text[:1] == APOSTROPHE and text[1:2] in STARTS else text
