"""The overview of many customers is an index-only scan with a time limit."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from pytest_django import Settings

from portal.customers import services
from portal.customers.html.list import read_listing
from portal.customers.tests.large.scans import CUSTOMERS
from portal.customers.tests.lists import list_of
from portal.customers.tests.plans import Plan, explained
from portal.organizers.access import Access
from portal.organizers.models import Organizer


def test_all_customers_are_counted_by_an_index_alone(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        overview = services.summarize_customers(in_large, query=list_of(in_large, "").query)

    assert overview
    assert sum(overview.months.values()) == CUSTOMERS
    [plan] = plans
    assert "customer_joined_facets" in str(plan.indexes)


@pytest.mark.parametrize("query", ["overview=on", "overview=on&search=example"])
def test_an_overview_that_takes_too_long_has_no_charts(
    in_large: Organizer, settings: Settings, query: str
) -> None:
    settings.OVERVIEW_MILLISECONDS = 1

    access = Access(in_large, frozenset())
    listing = read_listing(access, parameters=QueryDict(query), path="/")
    section = render_to_string("customers/_overview.html", {"charts": listing.charts})

    assert listing.http_status == 200
    assert "This list is too long for an overview." in section
    assert "<svg" not in section
