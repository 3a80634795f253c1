"""The charts above a list: registrations by month, states and languages, with links."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.customers.local_times import DayRange
from portal.customers.locales import locale_name
from portal.customers.models import State
from portal.customers.query.filter_fields import DayField
from portal.customers.query.overview import Month, Overview

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django_stubs_ext import StrOrPromise

    from portal.customers.html.paging import ListLinks
    from portal.customers.query.query import CustomerQuery


# If the registrations span more months, the chart has a column for each year.
MAX_MONTHS: Final = 60
MAX_LANGUAGES: Final = 5
SINCE, UNTIL = "date_joined_since", "date_joined_until"
# The height of the drawing and the width of a column, in units of the SVG.
DRAWING_HEIGHT: Final = 100
COLUMN_WIDTH: Final = 10

Link = Callable[[Mapping[str, str]], str]  # the URL of the list with these filters


@dataclass(frozen=True)
class CustomerGroup:
    """A group of customers, such as a state: its label, its number of customers, and its URL.

    `href` is the URL of the list of the customers in the group. `href` is "" if there are no
    customers, or if the filters by time accept no date in the month.
    """

    label: str
    number: int
    href: str


@dataclass(frozen=True)
class Bar:
    """The bar of a group in the drawing of a chart."""

    group: CustomerGroup
    length: float  # the length of the longest bar is DRAWING_HEIGHT
    offset: int
    share: str  # percentage of the customers of the list, as text

    @property
    def top(self) -> float:
        return DRAWING_HEIGHT - self.length


@dataclass(frozen=True)
class Chart:
    """A chart of groups, such as all states.

    A table shows all groups, the drawing only the first `drawn_count`.
    """

    title: StrOrPromise
    groups: Sequence[CustomerGroup]
    drawn_count: int = MAX_MONTHS

    @property
    def bars(self) -> list[Bar]:
        longest, total = self.largest.number, sum(group.number for group in self.groups)
        return [
            Bar(
                group,
                round(DRAWING_HEIGHT * group.number / longest, 1),
                position * COLUMN_WIDTH,
                _percent(group.number / total),
            )
            for position, group in enumerate(self.groups[: self.drawn_count])
        ]

    @property
    def width(self) -> int:
        return min(len(self.groups), self.drawn_count) * COLUMN_WIDTH

    @property
    def drawing_width(self) -> int:
        """The width of the drawing in pixels, on screens that are wide enough."""
        return len(self.bars) * 48

    @property
    def largest(self) -> CustomerGroup:
        return max(self.groups, key=lambda group: group.number)

    @property
    def undrawn_count(self) -> int:
        """The number of groups that are in the table, but not in the drawing."""
        return max(0, len(self.groups) - self.drawn_count)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "<1%"


@dataclass(frozen=True)
class Charts:
    """The three charts of a list that has customers."""

    periods: Chart
    states: Chart
    locales: Chart

    def __iter__(self) -> Iterator[Chart]:
        return iter((self.periods, self.states, self.locales))

    @property
    def shares(self) -> Sequence[Chart]:
        return self.states, self.locales


def make_charts(
    overview: Overview, query: CustomerQuery, links: ListLinks, *, zone: ZoneInfo
) -> Charts:
    """Make the charts of an overview. The months are those of `zone`."""
    return Charts(
        _registration_chart(overview.months, _RegistrationGroups(query, links, zone)),
        Chart(_("State"), [*_state_groups(overview.states, links.with_filters)]),
        Chart(
            _("Language"), [*_locale_groups(overview.locales, links.with_filters)], MAX_LANGUAGES
        ),
    )


def _state_groups(numbers: Mapping[int, int], link: Link) -> Iterator[CustomerGroup]:
    for state in State:
        if number := numbers.get(state):
            yield CustomerGroup(str(state.label), number, link({"state": state.code}))


def _locale_groups(numbers: Mapping[str, int], link: Link) -> Iterator[CustomerGroup]:
    """The groups of languages, the most frequent language first."""
    for locale, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0])):
        yield CustomerGroup(locale_name(locale), number, link({"locale": locale}))


def _registration_chart(months: Mapping[Month, int], registrations: _RegistrationGroups) -> Chart:
    """The chart of registrations by month, or by year if there are too many months."""
    first, last = min(months), max(months)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count > MAX_MONTHS:
        years = Counter[int]()
        for month, number in months.items():
            years[month.year] += number
        groups = [
            registrations.group(str(year), years[year], Month(year, 1), Month(year, 12))
            for year in range(first.year, last.year + 1)
        ]
        return Chart(_("Registered by year"), groups, len(groups))
    all_months = [
        Month(first.year + number // 12, number % 12 + 1)
        for number in range(first.month - 1, first.month - 1 + count)
    ]
    return Chart(
        _("Registered by month"),
        [
            registrations.group(_month_name(month), months.get(month, 0), month, month)
            for month in all_months
        ],
    )


def _month_name(month: Month) -> str:
    return date_format(date(month.year, month.month, 1), "M Y")


@dataclass(frozen=True)
class _RegistrationGroups:
    """Makes the groups of customers who registered within some months."""

    query: CustomerQuery
    links: ListLinks
    zone: ZoneInfo

    def group(self, label: str, number: int, first: Month, last: Month) -> CustomerGroup:
        end = date(last.year, last.month, monthrange(last.year, last.month)[1])
        days = DayRange(date(first.year, first.month, 1), end)
        has_list = number and all(map(DayField().is_in_bounds, days))
        return CustomerGroup(label, number, self._href(days) if has_list else "")

    def _href(self, days: DayRange) -> str:
        """The URL of the list with a filter by these days.

        A filter of the list that limits the days further is not replaced.
        """
        span, values = days.to_span(self.zone), self.query.values
        since, until = values.get(SINCE), values.get(UNTIL)
        changed = {}
        if since is None or since.start < span.start:
            changed[SINCE] = days.first.isoformat()
        if until is None or until.end > span.end:
            changed[UNTIL] = days.last.isoformat()
        return self.links.with_filters(changed)
