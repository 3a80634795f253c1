"""find_search_matches() returns all matches, or none if there are more than a limit."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.counters.maintained_counts import FacetCombination, FacetCondition
from portal.customers.models import State, customers_of_organizer
from portal.customers.query.search import Search, find_search_matches
from portal.customers.tests.query.test_counts import SLOW
from portal.organizers.models import Organizer


def test_matches_are_in_the_order_of_the_list_up_to_the_cap(
    organizer: Organizer, make_customer: CustomerMaker, settings: Settings
) -> None:
    late, early, other = (
        make_customer(email=f"{name}@example.org", locale=locale)
        for name, locale in (("c", "de"), ("a", "de"), ("b", "fr"))
    )
    term = Search.parse("example")

    with scope(organizer=organizer):
        settings.COUNT_CAP = 3
        few, totals = find_search_matches(
            organizer, customers_of_organizer(organizer), term, ["email"]
        )
        settings.COUNT_CAP = 2
        many, given = find_search_matches(
            organizer, customers_of_organizer(organizer), term, ["email"]
        )

    assert few is not None
    assert [row[0] for row in few.rows] == [early.pk, other.pk, late.pk]
    french = FacetCombination(State.UNVERIFIED, is_verified=False, locale="fr")
    assert few.count_facets().numbers[french] == 1
    assert [
        row[0] for row in few.with_conditions({"locale": FacetCondition("locale", ["fr"])}).rows
    ] == [other.pk]
    assert many is None
    assert totals == given
    assert totals.numbers[french] == 1


@pytest.mark.parametrize(("search", "many", "found"), [("r1", 2, 1), ("r1", 1, None), ("qx", 1, 0)])
def test_a_short_term_is_selective_if_it_has_few_matches(
    organizer: Organizer,
    make_customer: CustomerMaker,
    settings: Settings,
    search: str,
    many: int,
    found: int | None,
) -> None:
    settings.COUNT_CAP = 2
    for _number in range(3):
        make_customer()

    with scope(organizer=organizer):
        matches, totals = find_search_matches(
            organizer, customers_of_organizer(organizer), Search.parse(search), ["email"], many=many
        )

    assert (matches if matches is None else len(matches.rows)) == found
    assert totals.total == 3


@pytest.mark.parametrize(
    "search", ["ab", "bc", "a1", "cж", "山a", "ab bc", "a@", "-a", "$a", "b", "le"]
)
def test_all_matches_of_a_short_term_are_those_of_a_scan(
    organizer: Organizer, make_customer: CustomerMaker, search: str
) -> None:
    names = "ab|山ab|山ab川|♥abc♥|x-ab|ßab|$ab|жbcж a1|山a1川|(bc)|ba@x|山-a"
    for name in names.split("|"):
        make_customer(name_parts={"_scheme": "full", "full_name": name}, email=None)
    make_customer(name_parts={}, email=None, identifier="AB")
    term = Search.parse(search)

    with scope(organizer=organizer):
        scanned = {*term.filter_by_scan(customers_of_organizer(organizer))}
        assert {*term.filter_matches(customers_of_organizer(organizer))} == scanned
        assert {
            *term.filter_matches(customers_of_organizer(organizer), finds_pairs=True)
        } == scanned
    assert all(word in each.search_text for each in scanned for word in term.words)
    assert scanned or search == "le"


def test_a_short_term_that_a_quick_scan_does_not_find_is_found_by_the_index(
    organizer: Organizer, make_customer: CustomerMaker, settings: Settings
) -> None:
    settings.FACET_MILLISECONDS = -1 if connection.vendor == "sqlite" else 1
    found = make_customer(email="qx@example.org")
    make_customer()

    with scope(organizer=organizer):
        takes_long = RawSQL(SLOW[connection.vendor], (), BooleanField())  # noqa: S611
        slow = customers_of_organizer(organizer).filter(takes_long)
        matches, totals = find_search_matches(organizer, slow, Search.parse("qx"), ["email"])

    assert matches is not None
    assert [row[0] for row in matches.rows] == [found.pk]
    assert totals.total == 2
