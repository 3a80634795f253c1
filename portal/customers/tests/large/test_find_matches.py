"""A search stops reading as soon as it has more matches than its limit."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import Settings

from portal.customers.models import customers_of_organizer
from portal.customers.query.search import Search, find_search_matches
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer

# Far below the number of matches (30,000). For a cap close to it PostgreSQL may as well read all
# matches by the trigram index: the costs are about equal.
CAP = 2_000
# PostgreSQL reads about three customers for each match, active ones first. SQLite stops within its
# index of the search: see Plan.rows for how its rows count.
MAX_ROWS = {"postgresql": 6_500, "sqlite": 1_200}


@pytest.mark.parametrize("in_notes", [False, True])
def test_reading_stops_after_the_cap(
    in_large: Organizer, plans: list[Plan], settings: Settings, *, in_notes: bool
) -> None:
    settings.COUNT_CAP = CAP
    term = Search.parse("@example.org", in_notes=in_notes)

    with explained(plans):
        matches, _totals = find_search_matches(
            in_large, customers_of_organizer(in_large), term, ["email"]
        )
    assert matches is None

    [plan] = plans
    assert plan.rows <= MAX_ROWS[connection.vendor]
