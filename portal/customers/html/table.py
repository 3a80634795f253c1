"""The columns of the list: their headings and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import django_tables2 as tables
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from portal.customers.html.paging import ListLinks, customer_url
from portal.customers.html.tags import breakable, icon, state_mark
from portal.customers.html.times import Clock
from portal.customers.locales import locale_name
from portal.customers.query.ordering import SORT_KEYS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer, State

EMPTY = '<span class="quiet">–</span>'
DIRECTIONS = {"ascending": _("ascending"), "descending": _("descending")}
# The link to a customer needs these fields, whichever columns there are.
ALWAYS_READ = frozenset({"id", "identifier"})
STATE = ("is_active", "is_verified", "email", "name_parts")


class Column(tables.Column):  # type: ignore[misc]  # django-tables2 has no types
    """A column of the list: its label, and the fields that its cells show.

    Its name is the CSS class of its heading and cells. The heading orders by the sort key of the
    same name, if there is one.
    """

    def __init__(self, label: StrOrPromise, *fields: str) -> None:
        super().__init__(label)
        self.fields = fields


@dataclass(frozen=True)
class Heading:
    """A column's heading: its label, how the list is ordered by it, and the link to order by it."""

    name: str
    label: StrOrPromise
    href: str | None = None
    ordering: str | None = None  # the value of the form's control that the link sets
    direction: str | None = None

    @property
    def direction_text(self) -> StrOrPromise:
        return DIRECTIONS[self.direction] if self.direction else ""


class CustomerTable(tables.Table):  # type: ignore[misc]  # django-tables2 has no types
    """The columns of the list, from left to right. `render_NAME()` renders a cell."""

    name = Column(_("Name"), "identifier", "name", "email")
    email = Column(_("Email"), "email")
    identifier = Column(_("Identifier"), "identifier")
    is_active = Column(_("Status"), *STATE)
    is_verified = Column(_("Verified"), "is_verified")
    locale = Column(_("Language"), "locale")
    date_joined = Column(_("Registered"), "date_joined")
    last_login = Column(_("Last sign-in"), "last_login")

    def __init__(
        self,
        customers: Sequence[Customer],
        *,
        links: ListLinks,
        ordering: str,
        positions: Mapping[int, str],
    ) -> None:
        """`positions` are the encrypted positions of the customers, by primary key."""
        super().__init__(customers, orderable=False)
        self._links = links
        self._ordering = ordering
        self._positions = positions

    @classmethod
    def fields(cls) -> frozenset[str]:
        """The fields of a customer that the list reads."""
        return ALWAYS_READ.union(*(column.fields for column in cls.base_columns.values()))

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings of all columns, from left to right."""
        return [self._heading(column.name, column.header) for column in self.columns]

    @property
    def email_heading_under_name(self) -> Heading:
        """The heading of the emails on narrow screens, where they stand under the names."""
        return replace(
            self._heading("email", self.columns["email"].header), name="email-under-name"
        )

    def _heading(self, name: str, label: StrOrPromise) -> Heading:
        if name not in SORT_KEYS:
            return Heading(name, label)
        directions = {name: "ascending", f"-{name}": "descending"}
        ordering = self._next_ordering(name)
        href = self._links.ordered_by(ordering)
        return Heading(name, label, href, ordering, directions.get(self._ordering))

    @property
    def ordering_text(self) -> str:
        """Such as `Name, ascending`; also for a sort key without a column."""
        name = self._ordering.removeprefix("-")
        direction = "descending" if self._ordering.startswith("-") else "ascending"
        return f"{SORT_KEYS[name].label}, {DIRECTIONS[direction]}"

    def _next_ordering(self, name: str) -> str:
        if self._ordering in (name, f"-{name}"):
            return name if self._ordering.startswith("-") else f"-{name}"
        return f"-{name}" if SORT_KEYS[name].descends_first else name

    def lines(self) -> Iterator[SafeString]:
        """The cells of each row, as HTML.

        django-tables2 renders cells too slowly, and so does format_html(): the functions of the
        cells escape what customers write.
        """
        cells = [
            (f'<td class="{column.name}">', getattr(self, f"render_{column.name}"))
            for column in self.columns
        ]
        for record in self.data:
            line = "".join([f"{start}{render(record)}</td>" for start, render in cells])
            yield mark_safe(line)  # noqa: S308

    def render_name(self, record: Customer) -> str:
        # An identifier has letters, digits and .-_ only.
        name = f"<bdi>{escape(record.name)}</bdi>" if record.name else self._texts.no_name
        link = (
            f'<a id="customer-{record.identifier}" class="customer-link"'
            f' href="{escape(self.address(record))}">{name}</a>'
        )
        if not record.email:
            return link
        return f'{link}<span class="name-email"><bdi>{breakable(record.email)}</bdi></span>'

    def address(self, record: Customer) -> str:
        """The URL of the customer, with its position in this list."""
        return customer_url(self._links, record.identifier, self._positions.get(record.pk, ""))

    @cached_property
    def _texts(self) -> CellTexts:
        return CellTexts()

    def render_email(self, record: Customer) -> str:
        return f"<bdi>{breakable(record.email)}</bdi>" if record.email else EMPTY

    def render_identifier(self, record: Customer) -> str:
        return escape(record.identifier)

    def render_is_active(self, record: Customer) -> str:
        return self._texts.state(record.state)

    def render_is_verified(self, record: Customer) -> str:
        return self._texts.verified[record.is_verified]

    def render_locale(self, record: Customer) -> str:
        return self._texts.locale(record.locale)

    def render_date_joined(self, record: Customer) -> str:
        return self._texts.clock.moment(record.date_joined)

    def render_last_login(self, record: Customer) -> str:
        seen = self._texts.clock.moment(record.last_login) if record.last_login else EMPTY
        return f"{self._texts.last_sign_in} {seen}"


class CellTexts:
    """Texts that many cells share, as HTML: translated and rendered once for a table."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.no_name = _quiet(_("No name"))
        self.verified = {True: f"{icon('check')} {escape(str(_('Yes')))}", False: _quiet(_("No"))}
        self.last_sign_in = f'<span class="phone-label">{escape(str(_("Last sign-in")))}</span>'
        self._states: dict[State, str] = {}
        self._locales: dict[str, str] = {}

    def state(self, state: State) -> str:
        if state not in self._states:
            self._states[state] = state_mark(state)
        return self._states[state]

    def locale(self, locale: str) -> str:
        if locale not in self._locales:
            self._locales[locale] = escape(locale_name(locale))
        return self._locales[locale]


def _quiet(text: StrOrPromise) -> str:
    return f'<span class="quiet">{escape(str(text))}</span>'
