"""Text as search and order see it: without case and accents, the same on every database."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letters that Unicode does not decompose and people type without their stroke all the same.
STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
COMBINING: Final = re.compile(
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)


def fold(text: str) -> str:
    """`José`, `JOSE` and `jose` are the same; so are `Müller` and `muller`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return COMBINING.sub("", decomposed).casefold().translate(STROKES)
