"""The numbers of customers in an overview, and months in the time zone of the organizer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.query.overview import Month, Overview
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

ZONES: Final = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
]
STATES: Final = ["active", "unverified", "inactive", "anonymised"]
filters = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(STATES),
        "state_not": st.sampled_from(STATES),
        "locale": st.sampled_from(["de", "fr", "en"]),
        "locale_not": st.sampled_from(["de", "fr", "en"]),
        "is_verified": st.sampled_from(["true", "false"]),
        "search": st.sampled_from(["customer", "er 1", "zz"]),
        "date_joined_since": st.sampled_from(["2026-01-01", "2025-12-31T23:30:00Z", "-1y"]),
        "date_joined_until": st.sampled_from(["2026-02-28", "today"]),
        "never_logged_in": st.sampled_from(["true", "false"]),
        "ordering": st.sampled_from(["-state", "date_joined"]),
    },
)


def overview_of(organizer: Organizer, query: str) -> Overview:
    overview = services.summarize_customers(organizer, query=list_of(organizer, query).query)
    assert overview
    return overview


@pytest.mark.usefixtures("crowd")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(filters=filters)
def test_the_overview_counts_the_customers_of_the_list(
    organizer: Organizer, filters: dict[str, str]
) -> None:
    query = "&".join(f"{name}={value}" for name, value in filters.items())

    with scope(organizer=organizer):
        customers = list_of(organizer, query).customers
        rows = [(each.state, each.locale) for each in customers]
        overview = overview_of(organizer, query)

    assert overview.states == Counter(state for state, _locale in rows)
    assert overview.locales == Counter(locale for _state, locale in rows)
    assert sum(overview.months.values()) == len(rows)


def test_a_customer_late_on_the_last_day_in_utc_registered_in_the_next_month_of_berlin(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    organizer.timezone = "Europe/Berlin"
    make_customer(date_joined="2026-03-31T21:59:59Z")
    make_customer(date_joined="2026-03-31T23:30:00Z")
    make_customer(date_joined="2026-04-15T12:00:00Z")

    with scope(organizer=organizer):
        months = overview_of(organizer, "").months

    assert months == {Month(2026, 3): 1, Month(2026, 4): 2}


@pytest.mark.parametrize("name", ZONES)
def test_months_are_those_of_the_time_zone(
    organizer: Organizer, make_customer: CustomerMaker, name: str
) -> None:
    organizer.timezone = name
    start = datetime(2024, 2, 25, 0, 7, tzinfo=UTC)
    times = [start + timedelta(hours=5 * number, minutes=number) for number in range(60)]
    for time in times:
        make_customer(date_joined=time)

    with scope(organizer=organizer):
        months = overview_of(organizer, "").months

    local = [time.astimezone(ZoneInfo(name)) for time in times]
    assert months == Counter(Month(time.year, time.month) for time in local)


def test_customers_of_other_organizers_do_not_count(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer()
    make_customer(of=rival)

    with scope(organizer=organizer):
        overview = overview_of(organizer, "")

    assert sum(overview.months.values()) == 1
