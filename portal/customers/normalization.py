"""Text without case and accents, and the columns that lists search and order by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from portal.customers import names

NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
# What they follow from: a plain UPDATE of these would leave the others behind.
SOURCES: Final = frozenset({"identifier", "external_identifier", "email", "name_parts"})
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


class Name(NamedTuple):
    """What all customers with the same parts of a name have in common."""

    text: str
    folded: str


def derived_values(
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    name_parts: Mapping[str, str | None],
) -> tuple[str, str | None, str | None, str]:
    """The values of DERIVED, which follow from others. Raises names.UnknownScheme."""
    return values_with_name(identifier, external_identifier, email, derive_name(name_parts))


def derive_name(parts: Mapping[str, str | None]) -> Name:
    """Raises names.UnknownScheme."""
    text = names.compose(parts)
    return Name(text, fold(text))


def values_with_name(
    identifier: str, external_identifier: str | None, email: str | None, name: Name
) -> tuple[str, str | None, str | None, str]:
    """derived_values() where the name is known already."""
    searched = [name.folded, fold(email) if email else "", identifier.lower()]
    if external_identifier:
        searched.append(fold(external_identifier))
    return (
        name.text,
        name.folded[:NAME_KEY_LENGTH] or None,
        email.casefold() if email else None,
        "\n".join(filter(None, searched)),
    )
