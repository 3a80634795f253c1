"""Protects texts in a CSV file from being calculated as formulas by spreadsheet programs."""

from __future__ import annotations

from typing import Final

APOSTROPHE: Final = "'"
# Characters at the start of a text that is protected by an apostrophe. Spreadsheet programs skip
# tabs and line breaks before a formula. The four signs before the apostrophe are full-width signs
# of Japanese keyboards. The apostrophe itself is included, so that unescape_formula() can always
# remove one.
FORMULA_STARTS: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")


def escape_formula(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet program might calculate it."""
    return APOSTROPHE + text if text[:1] in FORMULA_STARTS else text


def unescape_formula(text: str) -> str:
    """Remove the apostrophe that escape_formula() adds. Any other apostrophe stays."""
    return text[1:] if text[:1] == APOSTROPHE and text[1:2] in FORMULA_STARTS else text
