"""Columns that follow from others: what lists are ordered by and searched in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from portal.customers import names
from portal.customers.folding import fold

NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
# What they follow from: a plain UPDATE of these would leave the others behind.
SOURCES: Final = frozenset({"identifier", "external_identifier", "email", "name_parts"})


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
