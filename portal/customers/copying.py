"""Rows as the text that PostgreSQL's COPY reads: made elsewhere, it only has to be passed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

SPELLINGS: Final = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def copy_text(columns: Sequence[Sequence[Any]]) -> bytes:
    """A line for each row of the columns, which hold text, a number, truth, or nothing."""
    lines = map("\t".join, zip(*map(_words, columns), strict=True))
    return "".join(f"{line}\n" for line in lines).encode()


def _words(column: Sequence[Any]) -> Sequence[str]:
    if isinstance(column[0], bool):
        return ["t" if each else "f" for each in column]
    if isinstance(column[0], int):
        return [*map(str, column)]
    # To look through all texts at once is quicker than to look through each.
    together = "".join(filter(None, column))
    for mark, spelling in SPELLINGS.items():
        if mark in together:
            column = [each and each.replace(mark, spelling) for each in column]
    return [r"\N" if each is None else each for each in column]
