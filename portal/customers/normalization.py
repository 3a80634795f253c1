"""Text without case and accents, and the columns derived from it for search and ordering."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

import idna

from portal.customers import names

NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
# The derived columns depend on these: an UPDATE of these alone would leave them outdated.
SOURCES: Final = frozenset({"identifier", "external_identifier", "email", "name_parts"})
# Letters that Unicode does not decompose, but that people type without their stroke.
STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
COMBINING: Final = re.compile(
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)


def normalize(text: str) -> str:
    """`jose` for `José`, `JOSE` and `jose`; `muller` for `Müller`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return COMBINING.sub("", decomposed).casefold().translate(STROKES)


def email_key(email: str) -> str:
    """The form of an email in which it is compared, ordered and unique: in lower case.

    Nothing else is folded: casefold() would make one address of strasse.example and straße.example.
    """
    return email.lower()


def email_keys(text: str) -> list[str]:
    """The keys of an address that was typed: its own, and that of the other spelling of its domain.

    A domain with letters beyond ASCII has a second spelling, such as xn--strae-oqa.example for
    straße.example (IDNA 2008). A space is the `+` of a URL that was not percent-encoded: no
    address has a space.
    """
    key = email_key(text.strip().replace(" ", "+"))
    mailbox, at, domain = key.rpartition("@")
    try:
        other = idna.decode(domain) if domain.isascii() else idna.encode(domain).decode()
    except idna.IDNAError:
        return [key]
    return [*dict.fromkeys([key, f"{mailbox}{at}{other}"])]


class Name(NamedTuple):
    """A composed name, and its normalized text."""

    text: str
    normalized: str


def derived_values(
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    name_parts: Mapping[str, str | None],
) -> tuple[str, str | None, str | None, str]:
    """The values of the columns DERIVED. Raises names.UnknownScheme."""
    return derived_values_with_name(identifier, external_identifier, email, derive_name(name_parts))


def derive_name(parts: Mapping[str, str | None]) -> Name:
    """The name composed from its parts. Raises names.UnknownScheme."""
    text = names.compose(parts)
    return Name(text, normalize(text))


def derived_values_with_name(
    identifier: str, external_identifier: str | None, email: str | None, name: Name
) -> tuple[str, str | None, str | None, str]:
    """derived_values() for a name that was derived before."""
    searched = [name.normalized, normalize(email) if email else "", identifier.lower()]
    if external_identifier:
        searched.append(normalize(external_identifier))
    return (
        name.text,
        name.normalized[:NAME_KEY_LENGTH] or None,
        email_key(email) if email else None,
        "\n".join(filter(None, searched)),
    )
