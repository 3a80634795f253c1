"""Sentences that the new version changes on purpose, as pairs of old and new text.

The old text is replaced in the responses of the old version before the comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

REWORDED: Final[Sequence[tuple[str, str]]] = ()


def reword(line: str) -> str:
    """A line of the old version with the sentences of the new version."""
    for old, new in REWORDED:
        line = line.replace(old, new)
    return line
