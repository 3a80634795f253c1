"""Converts local times to UTC, relative dates such as `-7d` to dates, and times to JSON."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

RELATIVE_DATE: Final = r"today|year|-[0-9]{1,5}[dmy]"


@dataclass(frozen=True)
class TimeSpan:
    """The times from `start` up to but not including `end`, in UTC.

    The span of a local time is one microsecond.

    If the clocks were set back and showed the local time twice, the span begins with the first and
    ends with the second. If the clocks were set forward and skipped the local time, the span is
    empty.
    """

    start: datetime
    end: datetime


class DayRange(NamedTuple):
    """All days from `first` to `last`, inclusive."""

    first: date
    last: date

    def to_span(self, zone: tzinfo) -> TimeSpan:
        """The span from the start of the first day to the end of the last day in a time zone."""
        # Clocks may change at midnight, or be set back after midnight to the previous day.
        start = span_of_local_time(datetime.combine(self.first, time.min), zone).start
        return TimeSpan(start, span_of_local_time(datetime.combine(self.last, time.max), zone).end)


class RelativeDate(NamedTuple):
    """A relative date:

    `today`, `year` (all days of this year), or a day such as `-7d`, seven days ago.
    """

    number: int
    unit: str  # d, m, y; "year" for the current year

    @classmethod
    def parse(cls, text: str) -> RelativeDate | None:
        """Parse `today`, `year`, `-7d`, `-3m` or `-1y`. Returns None for any other text."""
        if not re.fullmatch(RELATIVE_DATE, text):
            return None
        if text == "year":
            return cls(0, text)
        return cls(0, "d") if text == "today" else cls(int(text[1:-1]), text[-1])

    def resolve(self, today: date) -> DayRange:
        """The dates that the relative date means if today is `today`.

        Raises ValueError before the year 1.
        """
        if self.unit == "year":
            return DayRange(today.replace(month=1, day=1), today.replace(month=12, day=31))
        if self.unit == "d":
            day = date.fromordinal(today.toordinal() - self.number)
        else:
            day = _months_before(today, self.number * (12 if self.unit == "y" else 1))
        return DayRange(day, day)


def format_api_time(moment: datetime) -> str:
    """A time as in the JSON of the API: `2021-04-06T13:44:22.809216Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or the last day of that month if the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        raise ValueError("before the year 1")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def span_of_local_time(moment: datetime, zone: tzinfo) -> TimeSpan:
    """The times at which clocks of the time zone show the local time `moment`."""
    first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        change = _clock_change(second, first, zone)
        return TimeSpan(change, change)
    return TimeSpan(first, second + timedelta(microseconds=1))


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second between `before` and `after` at which the clocks of the zone changed."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
