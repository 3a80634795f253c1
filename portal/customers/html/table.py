"""The table of the list: its headings, its cells and the menu of columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import django_tables2 as tables
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from portal.customers.html.paging import COMPACT, DENSITIES, ListLinks, customer_url
from portal.customers.html.tags import breakable_email, state_mark
from portal.customers.html.times import TimeFormatter
from portal.customers.locales import locale_name
from portal.customers.phones import format_phone
from portal.customers.query.columns import COLUMNS, NAME, STANDARD
from portal.customers.query.ordering import SORT_KEYS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.customers.query.excerpts import Excerpt

EMPTY_CELL = '<span class="quiet">–</span>'
DIRECTIONS = {"ascending": _("ascending"), "descending": _("descending")}
# The fields that are read for the link to a customer, whatever columns are shown.
FIELDS_OF_LINK = frozenset({"id", "identifier"})
# Columns whose cells need no label on a phone.
UNLABELLED_ON_PHONES = frozenset({"name", "email", "state", "last_login"})


@dataclass(frozen=True)
class Heading:
    """The heading of a column. `href` is the URL of the list ordered by this column."""

    name: str
    label: StrOrPromise
    href: str | None = None
    ordering: str | None = None  # the value of the form field `ordering` that the link sets
    direction: str | None = None

    @property
    def direction_text(self) -> StrOrPromise:
        return DIRECTIONS[self.direction] if self.direction else ""


class CustomerTable(tables.Table):  # type: ignore[misc]  # django-tables2 has no types
    """The table of customers. The method `render_NAME()` renders the cells of the column NAME.

    The name of a column is the CSS class of its heading and cells. If a sort key has the same name,
    the heading links to the list in this order.
    """

    def __init__(
        self,
        customers: Sequence[Customer],
        *,
        columns: Sequence[str],
        links: ListLinks,
        ordering: str,
        positions: Mapping[int, str],
        excerpts: Mapping[int, Excerpt] | None = None,
    ) -> None:
        """`positions` has encrypted positions, `excerpts` excerpts from notes, by primary key."""
        shown = [(name, tables.Column(COLUMNS[name].label)) for name in columns]
        super().__init__(customers, orderable=False, extra_columns=shown)
        self._links = links
        self._ordering = ordering
        self._positions = positions
        self._excerpts = excerpts or {}
        self._shows_email = "email" in columns
        self._is_standard = tuple(columns) == STANDARD

    @classmethod
    def fields(cls, columns: Iterable[str]) -> frozenset[str]:
        """The fields of customers that a list with these columns needs."""
        return FIELDS_OF_LINK.union(*(COLUMNS[name].fields for name in columns))

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings of the columns, from left to right."""
        return [self._heading(column.name, column.header) for column in self.columns]

    @property
    def email_heading_under_name(self) -> Heading | None:
        """The heading of the emails on narrow screens, where each email is under the name."""
        if not self._shows_email:
            return None
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
        """The order of the list as text: `Name, ascending`."""
        name = self._ordering.removeprefix("-")
        direction = "descending" if self._ordering.startswith("-") else "ascending"
        return f"{SORT_KEYS[name].label}, {DIRECTIONS[direction]}"

    def _next_ordering(self, name: str) -> str:
        if self._ordering in (name, f"-{name}"):
            return name if self._ordering.startswith("-") else f"-{name}"
        return f"-{name}" if SORT_KEYS[name].descends_first else name

    def row_cells(self) -> Iterator[SafeString]:
        """The cells of each row as HTML.

        django-tables2 and format_html() are too slow for cells. Therefore each render function
        escapes the values of customers itself.
        """
        cells = [
            (self._cell_start_tag(column.name), getattr(self, f"render_{column.name}"))
            for column in self.columns
        ]
        for record in self.data:
            line = "".join([f"{start}{render(record)}</td>" for start, render in cells])
            yield mark_safe(line)  # noqa: S308

    @property
    def body(self) -> SafeString:
        """All rows of the table as HTML."""
        return mark_safe("".join(f"<tr>{line}</tr>" for line in self.row_cells()))  # noqa: S308

    def _cell_start_tag(self, name: str) -> str:
        """The start tag of a cell.

        On phones, cells of columns that the user chose are below the row, without a heading. These
        cells have a label.
        """
        if self._is_standard or name in UNLABELLED_ON_PHONES:
            return f'<td class="{name}">'
        return f'<td class="{name}" data-label="{escape(str(COLUMNS[name].label))}">'

    def render_name(self, record: Customer) -> str:
        # The identifier needs no escaping, because it has only letters, digits and .-_
        name = f"<bdi>{escape(record.name)}</bdi>" if record.name else self._texts.no_name
        link = (
            f'<a id="customer-{record.identifier}" class="customer-link"'
            f' href="{escape(self.url_of_customer(record))}">{name}</a>'
        )
        excerpt = self._excerpts.get(record.pk)
        noted = self._texts.excerpt(excerpt) if excerpt else ""
        if not self._shows_email or not record.email:
            return link + noted
        email = f"<bdi>{breakable_email(record.email)}</bdi>"
        return f'{link}<span class="name-email">{email}</span>{noted}'

    def url_of_customer(self, record: Customer) -> str:
        """The URL of a customer, with the customer's position in this list."""
        return customer_url(self._links, record.identifier, self._positions.get(record.pk, ""))

    @cached_property
    def _texts(self) -> CellTexts:
        return CellTexts()

    def render_email(self, record: Customer) -> str:
        return f"<bdi>{breakable_email(record.email)}</bdi>" if record.email else EMPTY_CELL

    def render_identifier(self, record: Customer) -> str:
        return escape(record.identifier)

    def render_state(self, record: Customer) -> str:
        return self._texts.state(record.state)

    def render_locale(self, record: Customer) -> str:
        return self._texts.locale(record.locale)

    def render_date_joined(self, record: Customer) -> str:
        return self._texts.clock.time_element(record.date_joined)

    def render_last_login(self, record: Customer) -> str:
        seen = (
            self._texts.clock.time_element(record.last_login) if record.last_login else EMPTY_CELL
        )
        return f"{self._texts.last_sign_in} {seen}"

    def render_phone(self, record: Customer) -> str:
        return _text_or_empty(format_phone(record.phone))

    def render_external_identifier(self, record: Customer) -> str:
        return _text_or_empty(record.external_identifier)

    def render_last_modified(self, record: Customer) -> str:
        return self._texts.clock.time_element(record.last_modified)


@dataclass(frozen=True)
class LayoutLink:
    """A link to the list in another layout.

    `value` is the value that the link sets in the form.
    """

    value: str
    href: str


@dataclass(frozen=True)
class ColumnChoice:
    """A column in the menu of columns.

    A link that would change nothing is None.
    """

    name: str
    label: StrOrPromise
    is_shown: bool
    toggle: LayoutLink | None
    up: LayoutLink | None = None
    down: LayoutLink | None = None


@dataclass(frozen=True)
class ColumnMenu:
    """The menu for the columns of the list, the order of the columns, and the row height."""

    columns: Sequence[str]
    links: ListLinks

    @property
    def choices(self) -> Iterator[ColumnChoice]:
        """The columns that are shown, from left to right, then the hidden columns."""
        for name in self.columns:
            toggle = None if name == NAME else self._link([c for c in self.columns if c != name])
            up, down = self._link_to_move(name, -1), self._link_to_move(name, 1)
            yield ColumnChoice(name, COLUMNS[name].label, True, toggle, up, down)  # noqa: FBT003
        for name, column in COLUMNS.items():
            if name not in self.columns:
                yield ColumnChoice(name, column.label, False, self._link([*self.columns, name]))  # noqa: FBT003

    def _link_to_move(self, name: str, by: int) -> LayoutLink | None:
        columns = [*self.columns]
        place = columns.index(name) + by
        if not 0 <= place < len(columns):
            return None
        columns.remove(name)
        columns.insert(place, name)
        return self._link(columns)

    @property
    def standard(self) -> LayoutLink | None:
        """The link to the standard columns, or None if the list has these columns."""
        return None if tuple(self.columns) == STANDARD else self._link(STANDARD)

    def _link(self, columns: Sequence[str]) -> LayoutLink:
        text = "" if tuple(columns) == STANDARD else ",".join(columns)
        return LayoutLink(text, self.links.with_layout(columns=text))

    @property
    def densities(self) -> Iterator[tuple[str, StrOrPromise, LayoutLink, bool]]:
        """For each row height: name, label, link, and whether the list has this height."""
        for name, label in DENSITIES.items():
            value = name if name == COMPACT else ""
            link = LayoutLink(value, self.links.with_layout(density=value))
            yield name, label, link, self.links.layout["density"] == value


class CellTexts:
    """The HTML of texts that many cells have.

    Each text is translated and rendered once for a table.
    """

    def __init__(self) -> None:
        self.clock = TimeFormatter()
        self.no_name = _quiet_text(_("No name"))
        self.last_sign_in = f'<span class="phone-label">{escape(str(_("Last sign-in")))}</span>'
        self.in_notes = escape(str(_("In notes:")))
        self._states: dict[int, str] = {}
        self._locales: dict[str, str] = {}

    def excerpt(self, excerpt: Excerpt) -> str:
        before, match, after = map(escape, (excerpt.before, excerpt.match, excerpt.after))
        return (
            f'<span class="in-notes">{self.in_notes}'
            f" <bdi>{before} <mark>{match}</mark> {after}</bdi></span>"
        )

    def state(self, state: int) -> str:
        if state not in self._states:
            self._states[state] = state_mark(state)
        return self._states[state]

    def locale(self, locale: str) -> str:
        if locale not in self._locales:
            self._locales[locale] = escape(locale_name(locale))
        return self._locales[locale]


def _text_or_empty(value: str | None) -> str:
    return f"<bdi>{escape(value)}</bdi>" if value else EMPTY_CELL


def _quiet_text(text: StrOrPromise) -> str:
    return f'<span class="quiet">{escape(str(text))}</span>'
