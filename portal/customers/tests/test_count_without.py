"""The counts that an empty list shows: its customers without one of the filters."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scope
from pytest_django import Settings

from portal.customers import services
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

pytestmark = pytest.mark.usefixtures("crowd", "low_cap")
MANY_FILTERS = (
    "search=nobody&email=a@b.example&external_identifier=A7&is_active=true&is_verified=true"
    "&locale=de&locale=fr&date_joined_since=2001-01-01&date_joined_until=2001-01-02"
    "&last_login_since=2001-01-01&never_logged_in=true&empty=phone&empty=name"
)


def counts_without(organizer: Organizer, text: str) -> dict[tuple[str, str], str]:
    """The counts as text, by name and value of the filter; "" for an unknown count."""
    query = list_of(organizer, text).query
    filters = [(name, value) for name, values in query.canonical.lists() for value in values]
    found = services.count_without_each_filter(organizer, query=query, filters=filters)
    return {each: str(count or "") for each, count in found.items()}


@pytest.mark.parametrize(
    "text",
    [
        "search=nobody&locale=de",
        "search=nobody&locale=de&locale_not=de&locale_not=fr",
        "search=customer1&locale=fr&is_active=true",
        "search=nobody&email=nobody@example.org",
        "locale=de&locale=fr&date_joined_since=2001-01-01&date_joined_until=2001-01-02",
        "empty=email&empty=phone&never_logged_in=false",
        "last_login_since=-1d&as_of=2001-01-01",
    ],
)
def test_each_count_is_that_of_the_list_without_the_filter(
    organizer: Organizer, settings: Settings, text: str
) -> None:
    settings.COUNT_CAP = 1_000
    with scope(organizer=organizer):
        counts = counts_without(organizer, text)

        for (name, value), count in counts.items():
            query = list_of(organizer, text).query.without_filter_value(
                name, value, organizer=organizer
            )
            assert count == str(services.count_customers(organizer, query=query)), name


def test_a_count_stops_at_the_limit(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        counts = counts_without(organizer, "search=customer&empty=email&empty=name")

        assert counts["search", "customer"] == "0"
        assert counts_without(organizer, "search=customer&email=nobody@b.example") == {
            ("search", "customer"): "0",
            ("email", "nobody@b.example"): "10+",
        }


def test_facets_are_counted_together(
    organizer: Organizer, django_assert_max_num_queries: Any
) -> None:
    text = "search=customer1&is_active=true&is_verified=true&locale=fr&locale=nl"
    with scope(organizer=organizer):
        counts_without(organizer, text)

        with django_assert_max_num_queries(4):
            counts_without(organizer, text)


def test_many_filters_take_a_few_statements(
    organizer: Organizer, django_assert_max_num_queries: Any
) -> None:
    # On SQLite six statements are enough. PostgreSQL needs statements for a savepoint and for the
    # time limit of each count.
    with scope(organizer=organizer), django_assert_max_num_queries(18):
        counts = counts_without(organizer, MANY_FILTERS)

    unknown = [name for (name, _value), count in counts.items() if not count]
    assert unknown == ["last_login_since", "never_logged_in", "empty", "empty"]
