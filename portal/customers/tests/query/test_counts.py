"""The counts that a page shows: exact if counting is cheap, otherwise a minimum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.test import Client
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.counters.maintained_counts import FACETS
from portal.customers.models import customers_of_organizer
from portal.customers.query.counts import count_facets
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
COUNT = {"HX-Request": "true", "HX-Target": "p#count", "HX-Source": "span"}
QUERIES = [
    "&".join(filter(None, parts))
    for parts in product(
        ("", "search=customer1", "never_logged_in=true", "search=nobody"),
        ("", "state=active&state=inactive", "state_not=unverified"),
        ("", "is_active=true", "is_verified=false"),
        ("", "locale=de", "locale=de&locale=fr", "locale_not=fr"),
    )
]


@pytest.mark.usefixtures("crowd")
def test_a_facet_counts_the_customers_that_all_other_filters_leave(
    organizer: Organizer, subtests: pytest.Subtests
) -> None:
    for query in QUERIES:
        with subtests.test(query), scope(organizer=organizer):
            found = list_of(organizer, query)
            facets = found.facets()

            assert facets is not None
            assert {facet: facets.by_facet(facet, found.query.conditions) for facet in FACETS} == {
                facet: Counter(_values_without_its_filter(organizer, query, facet))
                for facet in FACETS
            }


def _values_without_its_filter(organizer: Organizer, query: str, facet: str) -> Iterable[Any]:
    others = QueryDict(query, mutable=True)
    others.pop(facet, None)
    return list_of(organizer, others.urlencode()).customers.values_list(facet, flat=True)


@pytest.mark.usefixtures("crowd", "low_cap")
def test_facets_of_more_customers_than_the_cap_are_not_counted(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        assert list_of(organizer, "search=customer&locale=de").count_by("locale") is None


@pytest.mark.usefixtures("crowd")
def test_facets_that_take_too_long_are_not_counted_and_break_nothing(
    organizer: Organizer, settings: Any, make_customer: CustomerMaker
) -> None:
    settings.FACET_MILLISECONDS = -1 if connection.vendor == "sqlite" else 1
    with scope(organizer=organizer):
        search = list_of(organizer, "search=customer&locale=de")
        takes_long = RawSQL(SLOW[connection.vendor], (), models.BooleanField())  # noqa: S611
        slow = customers_of_organizer(organizer).filter(takes_long)

        facets = count_facets(organizer, slow)
        assert (facets.counts, facets.is_capped, facets.totals.total) == (None, False, 24)
        assert search.customers.count() == 8


@pytest.mark.usefixtures("crowd")
def test_a_short_word_has_facets_up_to_the_cap(organizer: Organizer, settings: Any) -> None:
    with scope(organizer=organizer):
        assert list_of(organizer, "search=er").count_by("locale")

        settings.COUNT_CAP = 23
        assert list_of(organizer, "search=er").count_by("locale") is None
        assert str(list_of(organizer, "search=er").page(1, 4).count) == "23+"
        assert list_of(organizer, "search=customer1").count_by("locale")


SLOW = {
    "sqlite": "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000)"
    " SELECT COUNT(*) FROM n) > 0",
    "postgresql": "pg_sleep(0.1) IS NOT NULL",
}


@pytest.mark.usefixtures("crowd", "low_cap")
def test_the_exact_count_is_a_fragment_and_changes_no_url(member_client: Client) -> None:
    response = member_client.get(f"{LIST}?search=customer", headers=COUNT)

    text = response.content.decode()
    assert "<strong>24</strong> of 24 customers" in text
    assert "24 customers, page 1 of 1" in text
    assert "customer-C0" not in text
    assert not response.has_header("HX-Push-Url")


def test_the_count_of_an_invalid_search_is_an_error(member_client: Client) -> None:
    assert member_client.get(f"{LIST}?search=*", headers=COUNT).status_code == 422


@pytest.mark.usefixtures("low_cap", "crowd")
@pytest.mark.django_db(transaction=True)
def test_a_list_runs_few_queries(
    member_client: Client, subtests: pytest.Subtests, django_assert_max_num_queries: Any
) -> None:
    for query in [*QUERIES, "page=last&search=o", "search=o&page_size=25"]:
        # An empty list also counts the customers without one of its filters.
        with subtests.test(query), django_assert_max_num_queries(20 if "nobody" in query else 7):
            assert member_client.get(f"{LIST}?{query}").status_code == 200
        with subtests.test(query, target="count"), django_assert_max_num_queries(7):
            assert member_client.get(f"{LIST}?{query}", headers=COUNT).status_code == 200


@pytest.mark.usefixtures("low_cap")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query", ["", "search=customer", "search=om", "date_joined_since=2020-01-01"]
)
def test_no_page_deep_in_a_list_runs_more_than_seven_queries(
    member_client: Client,
    make_customer: CustomerMaker,
    settings: Any,
    query: str,
    django_assert_max_num_queries: Any,
) -> None:
    settings.FAR_PAGE_OFFSET = 0
    for _number in range(26):
        make_customer()

    with django_assert_max_num_queries(7):
        response = member_client.get(f"{LIST}?{query}&page=2&page_size=25")

    assert len(response.context["listing"].page.rows) == 1


@pytest.mark.usefixtures("crowd", "low_cap", "rival")
def test_a_stranger_gets_no_count(stranger_client: Client) -> None:
    assert stranger_client.get(f"{LIST}?search=customer", headers=COUNT).status_code == 404
