"""Sentences that the new version says in other words on purpose: the old one, then the new one.

They are replaced in what the old version answers before both are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

REWORDED: Final[Sequence[tuple[str, str]]] = ()


def reword(line: str) -> str:
    """A line of the old version as the new one would say it."""
    for old, new in REWORDED:
        line = line.replace(old, new)
    return line
