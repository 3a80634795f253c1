"""Chips: each filter that is on, in words, with the way to drop it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.customers.links import ListLinks
from portal.customers.locales import locale_name
from portal.customers.search import CustomerSearch


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it concerns, its value, and the address without it."""

    name: str
    label: str
    value: str
    href: str


def list_chips(search: CustomerSearch, links: ListLinks) -> Iterator[Chip]:
    """One chip for each filter, and for each language; none for the order."""
    for name, values in search.canonical.lists():
        if name == "ordering" or name in search.errors:
            continue
        label = str(search.form.fields[name].label)
        for value in values:
            yield Chip(name, label, _in_words(search, name, value), links.without(name, value))


def _in_words(search: CustomerSearch, name: str, value: str) -> str:
    if name == "locale":
        return locale_name(value)
    if name in ("search", "email", "external_identifier"):
        return _("“%(text)s”") % {"text": value}
    choices: dict[str, str] = dict(getattr(search.form.fields[name], "choices", ()))
    return str(choices.get(value, value))
