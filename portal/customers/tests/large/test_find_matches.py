"""A search stops reading as soon as it has more matches than its limit."""

from __future__ import annotations

from django.db import connection

from portal.customers.models import customers_of
from portal.customers.query.search import Search, find_matches
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer

# PostgreSQL reads about three customers for each match when it scans the table; the index would
# return every match first. SQLite stops within its index: see Plan.rows for how its rows count.
MAX_ROWS = {"postgresql": 35_000, "sqlite": 4_000}


def test_reading_stops_after_the_cap(in_large: Organizer, plans: list[Plan]) -> None:
    with explained(plans):
        matches, _totals = find_matches(
            in_large, customers_of(in_large), Search.parse("@example.org"), ["email"]
        )
    assert matches is None

    [plan] = plans
    assert plan.rows <= MAX_ROWS[connection.vendor]
