"""Matches by combination: all of a few, and of too many no more than that."""

from __future__ import annotations

import json

from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.asked import Asked
from portal.customers.counts import CAP, Combination
from portal.customers.facets import group_by_combination
from portal.customers.models import customers_of
from portal.customers.tests.asking import asked
from portal.customers.tests.plans import Plan, explained
from portal.organizers.models import Organizer
from portal.slots import Slot

# A third of all is met by who walks the table; the index would tell all of them first. SQLite stops
# within its index, and what that tells it counts for little: see Plan.rows.
AT_MOST = {"postgresql": 3.5 * CAP, "sqlite": 0.4 * CAP}


def test_a_few_have_their_numbers_in_the_order_and_one_more_is_too_many(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    late, early, other = (
        make_customer(email=f"{name}@example.org", locale=locale)
        for name, locale in (("c", "de"), ("a", "de"), ("b", "fr"))
    )
    everybody = Asked(lambda: customers_of(organizer), [Slot("organizer", organizer.pk)])

    with scope(organizer=organizer):
        few, kept = group_by_combination(everybody, ["email"], at_most=3)
        many, told = group_by_combination(everybody, ["email"], at_most=2)

    assert few is not None
    assert kept is not None
    found = {key.locale: sorted(zip(*json.loads(text), strict=True)) for key, text in few.items()}
    assert found == {"de": [(1, early.pk), (3, late.pk)], "fr": [(2, other.pk)]}
    assert many is None
    assert kept == told
    assert kept.numbers[Combination(is_active=True, is_verified=False, locale="fr")] == 1


def test_no_more_are_looked_at_than_show_that_there_are_too_many(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        assert asked(in_large, "search=@example.org").numbers.seen.are_many

    [plan] = plans
    assert plan.rows <= AT_MOST[connection.vendor]
