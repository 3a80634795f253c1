"""Template filters for times, icons and languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from portal.customers.html.tags import breakable_email, full_time, full_time_and_ago, time_ago
from portal.customers.html.times import TimeFormatter
from portal.customers.locales import locale_name

SUMMER = datetime(2021, 7, 6, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5, seconds=20), "5 minutes ago"),
        (timedelta(days=3, hours=20), "3 days ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(days=2, hours=1), "just now"),
    ],
)
def test_a_relative_time_is_in_its_largest_unit(ago: timedelta, words: str) -> None:
    assert time_ago(timezone.now() - ago) == words


def test_a_full_time_names_its_time_zone() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert full_time(SUMMER) == "7 Jul 2021, 00:30 CEST"


@pytest.mark.parametrize(
    ("show", "short"),
    [(TimeFormatter().time_element, ">6 Jul 2021<"), (full_time_and_ago, "years")],
)
def test_a_time_has_a_short_an_exact_and_a_machine_readable_form(show: object, short: str) -> None:
    shown = str(show(SUMMER))  # type: ignore[operator]  # a template filter is typed as a function

    assert 'datetime="2021-07-06T22:30:00+00:00"' in shown
    assert "6 Jul 2021, 22:30 UTC" in shown
    assert short in shown


@pytest.mark.parametrize(("days", "text"), [(29, "4 weeks ago"), (32, "6 Jul 2021")])
def test_a_time_is_relative_within_a_month_and_a_date_after_it(days: int, text: str) -> None:
    clock = TimeFormatter(now=SUMMER + timedelta(days=days))

    assert clock.short_time(SUMMER) == text


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de", "German"),
        ("de-informal", "German (informal)"),
        ("pt-br", "Brazilian Portuguese"),
        ("tlh", "tlh"),
    ],
)
def test_a_language_has_its_name(locale: str, name: str) -> None:
    assert locale_name(locale) == name


def test_an_email_wraps_before_its_domain_and_is_escaped() -> None:
    assert breakable_email("<ann>@example.org") == "&lt;ann&gt;<wbr>@example.org"
