"""The columns of the list; HTML only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.customers.links import ListLinks
from portal.customers.locales import locale_name
from portal.customers.templatetags.customers import icon, moment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer

EMPTY = format_html('<span class="quiet">{}</span>', "–")

DIRECTIONS = {"ascending": _("ascending"), "descending": _("descending")}


@dataclass(frozen=True)
class Heading:
    """A column's head: a link that orders by it, and how the list is ordered by it now."""

    name: str
    label: StrOrPromise
    href: str
    direction: str | None

    @property
    def direction_in_words(self) -> StrOrPromise:
        return DIRECTIONS[self.direction] if self.direction else ""


class CustomerTable(tables.Table):  # type: ignore[misc]  # django-tables2 has no types
    """Name and email lead to the customer; everything else is there to be compared."""

    name = tables.Column(_("Name"), attrs={"td": {"class": "name"}}, empty_values=())
    email = tables.Column(_("Email"), default=EMPTY, attrs={"td": {"class": "email"}})
    identifier = tables.Column(_("Identifier"), attrs={"td": {"class": "identifier"}})
    is_active = tables.Column(_("Status"), attrs={"td": {"class": "status"}}, empty_values=())
    is_verified = tables.Column(_("Verified"), attrs={"td": {"class": "verified"}})
    locale = tables.Column(_("Language"), attrs={"td": {"class": "locale"}})
    date_joined = tables.Column(_("Registered"), attrs={"td": {"class": "moment joined"}})
    last_login = tables.Column(
        _("Last sign-in"), default=EMPTY, attrs={"td": {"class": "moment seen"}}
    )

    # What people expect to see first when they order by a column for the first time.
    newest_first = frozenset({"date_joined", "last_login", "is_active", "is_verified"})

    def __init__(
        self, customers: Sequence[Customer], *, links: ListLinks, organizer: str, ordering: str
    ) -> None:
        super().__init__(customers, orderable=False)
        self._links = links
        self._organizer = organizer
        self._ordering = ordering

    def headings(self) -> Iterator[Heading]:
        """The heads of all columns, from left to right."""
        for column in self.columns:
            direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(
                self._ordering
            )
            href = self._links.ordered_by(self._next_ordering(column.name))
            yield Heading(column.name, column.header, href, direction)

    @property
    def ordering_in_words(self) -> str:
        """`name, ascending`: nothing where the list is ordered by what is no column."""
        words = [
            f"{head.label}, {head.direction_in_words}" for head in self.headings() if head.direction
        ]
        return "".join(words)

    def _next_ordering(self, name: str) -> str:
        if self._ordering in (name, f"-{name}"):
            return name if self._ordering.startswith("-") else f"-{name}"
        return f"-{name}" if name in self.newest_first else name

    def render_name(self, record: Customer) -> SafeString:
        href = reverse("customers:detail", args=[self._organizer, record.identifier])
        query = self._links.here_query
        return render_to_string(
            "customers/_name.html",
            {"customer": record, "href": href, "back": query},
        )

    def render_email(self, value: str) -> SafeString:
        return format_html("<bdi>{}</bdi>", value)

    def render_is_active(self, record: Customer) -> SafeString:
        return render_to_string("customers/_state.html", {"state": record.state})

    def render_is_verified(self, value: bool) -> SafeString:  # noqa: FBT001 - tables2 names it
        if not value:
            return format_html('<span class="quiet">{}</span>', _("No"))
        return format_html("{} {}", icon("check"), _("Yes"))

    def render_locale(self, value: str) -> str:
        return locale_name(value)

    def render_date_joined(self, value: datetime) -> Any:
        return moment(value)

    def render_last_login(self, value: datetime) -> Any:
        return moment(value)
