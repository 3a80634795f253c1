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
    (
        "The address is wrong, the page is gone, or it is not for you to see.",
        "The address is wrong, the page no longer exists, or you do not have access to it.",
    ),
    ("This request cannot be understood", "The request is not valid"),
    ("Not understood", "Bad request"),
    (
        "It was cut off, or changed on its way. Nothing was changed here.",
        "It was incomplete or damaged. Nothing was changed.",
    ),
)


def reword(line: str) -> str:
    """A line of the old version with the sentences of the new version."""
    for old, new in REWORDED:
        line = line.replace(old, new)
    return line
