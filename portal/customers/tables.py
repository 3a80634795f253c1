"""The columns of the list; HTML only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.customers.links import ListLinks
from portal.customers.locales import locale_name
from portal.customers.templatetags.customers import icon, moment, state_mark

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer

format_html_lazy = lazy(format_html, SafeString)
EMPTY = format_html('<span class="quiet">{}</span>', "–")

NO_NAME = format_html_lazy('<span class="quiet">{}</span>', _("No name"))
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

    name = tables.Column(_("Name"), attrs={"td": {"class": "name"}})
    email = tables.Column(_("Email"), attrs={"td": {"class": "email"}})
    identifier = tables.Column(_("Identifier"), attrs={"td": {"class": "identifier"}})
    is_active = tables.Column(_("Status"), attrs={"td": {"class": "status"}})
    is_verified = tables.Column(_("Verified"), attrs={"td": {"class": "verified"}})
    locale = tables.Column(_("Language"), attrs={"td": {"class": "locale"}})
    date_joined = tables.Column(_("Registered"), attrs={"td": {"class": "moment joined"}})
    last_login = tables.Column(_("Last sign-in"), attrs={"td": {"class": "moment seen"}})

    # What people expect to see first when they order by a column for the first time.
    newest_first = frozenset({"date_joined", "last_login", "is_active", "is_verified"})

    def __init__(self, customers: Sequence[Customer], *, links: ListLinks, ordering: str) -> None:
        super().__init__(customers, orderable=False)
        self._links = links
        self._ordering = ordering

    def headings(self) -> Iterator[Heading]:
        """The heads of all columns, from left to right."""
        for column in self.columns:
            yield self._heading(column.name)

    @property
    def email_under_name(self) -> Heading:
        """The head of the emails where they stand under the names, for want of a column."""
        return replace(self._heading("email"), name="email-under-name")

    def _heading(self, name: str) -> Heading:
        directions = {name: "ascending", f"-{name}": "descending"}
        href = self._links.ordered_by(self._next_ordering(name))
        return Heading(name, self.columns[name].header, href, directions.get(self._ordering))

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

    def lines(self) -> Iterator[SafeString]:
        """The cells of each row, as HTML, past django-tables2's slower way to render a cell."""
        cells = [
            (column.attrs["td"]["class"], getattr(self, f"render_{column.name}"))
            for column in self.columns
        ]
        for record in self.data:
            yield format_html_join(
                "", '<td class="{}">{}</td>', ((css, render(record)) for css, render in cells)
            )

    def render_name(self, record: Customer) -> SafeString:
        name = format_html("<bdi>{}</bdi>", record.name) if record.name else NO_NAME
        link = format_html(
            '<a id="customer-{}" class="customer-link" href="{}{}/{}">{}</a>',
            *(record.identifier, self._links.path, record.identifier, self._back, name),
        )
        if not record.email:
            return link
        return format_html('{}<span class="name-email"><bdi>{}</bdi></span>', link, record.email)

    @cached_property
    def _back(self) -> str:
        query = self._links.here_query
        return f"?{urlencode({'back': query})}" if query else ""

    def render_email(self, record: Customer) -> SafeString:
        return format_html("<bdi>{}</bdi>", record.email) if record.email else EMPTY

    def render_identifier(self, record: Customer) -> Any:
        return record.identifier

    def render_is_active(self, record: Customer) -> SafeString:
        return state_mark(record.state)

    def render_is_verified(self, record: Customer) -> SafeString:
        if not record.is_verified:
            return format_html('<span class="quiet">{}</span>', _("No"))
        return format_html("{} {}", icon("check"), _("Yes"))

    def render_locale(self, record: Customer) -> str:
        return locale_name(record.locale)

    def render_date_joined(self, record: Customer) -> SafeString:
        return moment(record.date_joined)

    def render_last_login(self, record: Customer) -> SafeString:
        seen = moment(record.last_login) if record.last_login else EMPTY
        return format_html('<span class="phone-label">{}</span> {}', _("Last sign-in"), seen)
