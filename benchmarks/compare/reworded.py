"""Sentences that the new version changes on purpose, as pairs of old and new text.

The old text is replaced in the responses of the old version before the comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

REWORDED: Final[Sequence[tuple[str, str]]] = (
    (
        "No customers are shown, because the filters have a mistake.",
        "No customers are shown, because a filter is not valid.",
    ),
    (
        "The filters have a mistake; no customers are shown.",
        "A filter is not valid; no customers are shown.",
    ),
    (
        "The address has parts that this list does not know, and ignores:",
        "Unknown parameters in the URL are ignored:",
    ),
    ("above them an exact match", "with an exact match above the list"),
    ("Times are those of", "Times are in the time zone"),
    ("There is no such parameter.", "Unknown parameter."),
    ("Not a cursor from a link of this list.", "Invalid cursor for this list."),
    ("There is no field “", "The field “"),
    ("” here; choose from", "” is not available; choose from"),
    ("There is nothing here", "Page not found"),
    ("Not found · Big", "Page not found · Big"),
    ("Not found · Portal", "Page not found · Portal"),
    (
        "The address is wrong, the page is gone, or it is not for you to see.",
        "The address is wrong, the page no longer exists, or you do not have access to it.",
    ),
    ("This request cannot be understood", "The request is not valid"),
    ("Not understood", "Bad request"),
    ("Drop one of them:", "Remove a filter:"),
    ("Drop it", "Remove it"),
    ("– drop this filter", "– remove this filter"),
    ("Filters that are on", "Active filters"),
    ("Clear all", "Clear filters"),
    ("Way back", "Back"),
    ("The list is not that long.", "This page does not exist."),
    ("Pages are counted from 1.", "The page must be 1 or more."),
    ("A page can have 25, 50, 100 or 200 customers.", "The page size must be 25, 50, 100 or 200."),
    (
        "You may no longer see this list, or it is gone.",
        "You no longer have access to this list, or it does not exist.",
    ),
    ("The answer took too long.", "The request took too long."),
    (
        "This customer was anonymised: everything that pointed to a person is gone.",
        "This customer was anonymised: all personal data was deleted.",
    ),
    ("Exact match, whatever the other filters", "Exact match, ignoring the other filters"),
    (
        "Write a day as 2026-01-31, or a time as 2026-01-31T10:00:00Z.",
        "Enter a date like 2026-01-31, or a time like 2026-01-31T10:00:00Z.",
    ),
    (
        "The search must contain a letter, a digit or a symbol.",
        "Enter a letter or a digit: a search ignores punctuation and accents.",
    ),
    ("There is no language “", "Unknown language “"),
    (
        "It was cut off, or changed on its way. Nothing was changed here.",
        "It was incomplete or damaged. Nothing was changed.",
    ),
    ("API clients use a token to read the", "API clients use a token to read and change the"),
)


def reword(line: str) -> str:
    """A line of the old version with the sentences of the new version."""
    for old, new in REWORDED:
        line = line.replace(old, new)
    return line
