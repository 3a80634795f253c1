"""Relative dates, counted from the current day."""

from __future__ import annotations

from datetime import date

import pytest

from portal.customers.local_times import DayRange, RelativeDate


def relative_days(text: str, today: str) -> DayRange:
    relative = RelativeDate.parse(text)
    assert relative
    return relative.resolve(date.fromisoformat(today))


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("today", "2026-11-28", "2026-11-28"),
        ("-0d", "2026-11-28", "2026-11-28"),
        ("-7d", "2026-11-28", "2026-11-21"),
        ("-365d", "2024-12-31", "2024-01-01"),
        ("-1m", "2026-03-31", "2026-02-28"),
        ("-1m", "2024-03-30", "2024-02-29"),
        ("-3m", "2026-01-15", "2025-10-15"),
        ("-12m", "2024-02-29", "2023-02-28"),
        ("-1y", "2024-02-29", "2023-02-28"),
        ("-4y", "2024-02-29", "2020-02-29"),
        ("-01y", "2026-11-28", "2025-11-28"),
    ],
)
def test_a_relative_day_is_counted_back_and_ends_with_a_shorter_month(
    text: str, today: str, day: str
) -> None:
    assert relative_days(text, today) == DayRange(date.fromisoformat(day), date.fromisoformat(day))


@pytest.mark.parametrize("today", ["2026-01-01", "2026-11-28", "2026-12-31"])
def test_the_current_year_has_all_of_its_days(today: str) -> None:
    assert relative_days("year", today) == DayRange(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["", "-", "7d", "+7d", "-7", "-7w", "-7D", "Today", "today ", "-7d-1m", "--7d", "-1.5d", "-٧d"],
)
def test_other_texts_are_no_relative_days(text: str) -> None:
    assert RelativeDate.parse(text) is None


@pytest.mark.parametrize("text", ["-99999m", "-99999y", "-2026y"])
def test_days_before_the_calendar_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="year"):
        relative_days(text, "2026-11-28")
