"""Times as the clocks of a time zone show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo


@dataclass(frozen=True)
class Span:
    """From `start` up to, and without, `end`: a day, one microsecond, or none.

    A time that the clocks showed twice spans both; one that they skipped is empty.
    """

    start: datetime
    end: datetime


def local_span(moment: datetime, zone: tzinfo) -> Span:
    """The span of a time that clocks of the zone show."""
    first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        change = _clock_change(second, first, zone)
        return Span(change, change)
    return Span(first, second + timedelta(microseconds=1))


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between two others at which the clocks of the zone changed, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
