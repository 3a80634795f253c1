"""Columns that follow from others: what lists are ordered by and searched in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.customers import names
from portal.customers.folding import fold

NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
# What they follow from: a plain UPDATE of these would leave the others behind.
SOURCES: Final = frozenset({"identifier", "external_identifier", "email", "name_parts"})


def derived_values(
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    name_parts: Mapping[str, str | None],
) -> tuple[str, str | None, str | None, str]:
    """The values of DERIVED, which follow from others. Raises names.UnknownScheme."""
    name = names.compose(name_parts)
    folded_name = fold(name)
    email_key = email.casefold() if email else None
    folded_email = fold(email) if email else ""
    searched = [folded_name, folded_email, identifier.lower()]
    if external_identifier:
        searched.append(fold(external_identifier))
    return (
        name,
        folded_name[:NAME_KEY_LENGTH] or None,
        email_key,
        "\n".join(filter(None, searched)),
    )
