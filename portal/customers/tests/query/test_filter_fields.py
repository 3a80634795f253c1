"""Dates and times in a filter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.customers.local_times import TimeSpan
from portal.customers.query.filter_fields import MomentField
from portal.customers.query.filters import FILTERS

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def field() -> MomentField:
    return MomentField(timezone=BERLIN, today=date(2026, 3, 30), required=False)


def test_a_day_is_the_whole_day_of_the_organizer(field: MomentField) -> None:
    span = field.clean("2026-03-29")

    # Summer time begins on 29 March, so the day has 23 hours.
    assert span == TimeSpan(
        datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        # One minute after midnight, the clocks were set back to 23:01 of the previous day.
        ("America/St_Johns", "2010-11-06", "2010-11-06T02:30", "2010-11-07T03:30"),
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30", "2010-11-08T03:30"),
        # At midnight, the clocks are set back to 23:00 of the previous day.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("America/Santiago", "2026-04-04", "2026-04-04T03:00", "2026-04-05T04:00"),
        # The clocks are set forward at midnight, so the day begins at 01:00.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00", "2026-09-07T03:00"),
        # Samoa skipped 30 December 2011.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_a_day_has_all_times_that_clocks_show_on_it(
    zone: str, day: str, start: str, end: str
) -> None:
    span = MomentField(timezone=ZoneInfo(zone)).clean(day)

    assert span == TimeSpan(*(datetime.fromisoformat(f"{each}Z") for each in (start, end)))


@pytest.mark.parametrize(
    "text", ["2026-01-31T10:00:00Z", "2026-01-31T11:00:00+01:00", "2026-01-31T11:00:00 01:00"]
)
def test_the_span_of_an_instant_is_one_microsecond(field: MomentField, text: str) -> None:
    assert field.clean(text).start == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_zone_of_the_organizer(field: MomentField) -> None:
    assert field.clean("2026-01-31T11:00").start == datetime(2026, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-29T02:00", "2026-03-29T02:30:00", "2026-03-29T02:59:59"])
def test_a_time_that_clocks_skip_is_the_time_of_the_clock_change(
    field: MomentField, text: str
) -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)  # 03:00 in Berlin

    assert field.clean(text) == TimeSpan(change, change)


def test_a_time_that_clocks_show_twice_spans_both(field: MomentField) -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert field.clean("2026-10-25T02:30") == TimeSpan(first, second + timedelta(microseconds=1))


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_value_is_no_limit(field: MomentField, text: str) -> None:
    assert field.clean(text) is None


@pytest.mark.parametrize(
    "text", ["2026-02-30", "31.01.2026", "yesterday", "1e9", "2026-01-31T25:00Z"]
)
def test_an_invalid_date_is_rejected(field: MomentField, text: str) -> None:
    with pytest.raises(ValidationError, match="Enter a date like"):
        field.clean(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1899-12-31T23:00:00Z", "9999-12-31", "12026-01-01", "-127y", "-9999y"]
)
def test_a_date_out_of_range_is_rejected(field: MomentField, text: str) -> None:
    with pytest.raises(ValidationError):
        field.clean(text)


def test_a_date_may_be_up_to_ten_years_ahead(field: MomentField) -> None:
    year = timezone.now().year + 10

    assert field.clean(f"{year}-12-31")
    with pytest.raises(ValidationError, match=f"between 1900-01-01 and {year}-12-31"):
        field.clean(f"{year + 1}-01-01")


@pytest.mark.parametrize(
    ("text", "day"), [("today", "2026-03-30"), ("-1d", "2026-03-29"), (" -1m ", "2026-02-28")]
)
def test_a_relative_day_is_the_whole_day_of_the_organizer(
    field: MomentField, text: str, day: str
) -> None:
    # 29 March has 23 hours in Berlin.
    assert field.clean(text) == field.clean(day)


def test_the_current_year_begins_and_ends_in_the_zone_of_the_organizer(field: MomentField) -> None:
    assert field.clean("year") == TimeSpan(
        datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("parameter", "value", "label"),
    [
        ("date_joined_since", "today", "Registered: today"),
        ("date_joined_since", "-7d", "Registered: last 7 days"),
        ("date_joined_since", "year", "Registered: this year"),
        ("date_joined_until", "-1y", "Registered: more than a year ago"),
        ("last_login_until", "-30d", "Last sign-in: more than 30 days ago"),
        ("modified_since", "-1d", "Changed: since yesterday"),
        ("modified_since", "-12m", "Changed: last 12 months"),
        ("date_joined_since", "2026-01-31", "Registered from: 2026-01-31"),
        ("state_not", "unverified", "State: not Unverified"),
        ("locale_not", "de-informal", "Language: not German (informal)"),
    ],
)
def test_the_chip_of_a_filter_describes_its_value(parameter: str, value: str, label: str) -> None:
    filter_ = FILTERS[parameter]

    assert f"{filter_.describe_label(value)}: {filter_.describe(value)}" == label
