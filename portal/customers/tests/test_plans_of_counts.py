"""Query plans of counts: a count within a query is executed once, not for each row."""

from __future__ import annotations

import pytest
from django.db import connection
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.models import customers_of_organizer
from portal.customers.query.counts import count_facets
from portal.customers.tests.lists import list_of
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer


def test_a_search_with_many_matches_is_counted_once(
    organizer: Organizer,
    make_customer: CustomerMaker,
    settings: Settings,
    plans: list[Plan],
) -> None:
    settings.COUNT_CAP = 1
    for _time in range(3):
        make_customer()

    with scope(organizer=organizer), explained(plans):
        page = list_of(organizer, "search=example.org").read_page(["name"], 1, 2)

    assert page.count == 3
    assert not any(plan.is_correlated for plan in plans)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL must run VACUUM first")
@pytest.mark.parametrize("field", ["date_joined", "last_login"])
def test_facets_within_a_range_of_time_are_counted_by_an_index_only_scan(
    organizer: Organizer, make_customer: CustomerMaker, plans: list[Plan], field: str
) -> None:
    make_customer(**{field: "2026-01-01T12:00:00Z"})

    with scope(organizer=organizer):
        query = list_of(organizer, f"{field}_since=2025-01-01").query
        with explained(plans):
            facets = count_facets(
                organizer, query.filter_customers(customers_of_organizer(organizer))
            )

    assert facets.counts
    assert facets.counts.total == 1

    [plan] = plans
    assert plan.is_covered
