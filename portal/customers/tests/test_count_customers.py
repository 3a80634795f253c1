"""The number of customers of a query: from maintained counts, or counted by SQL."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers.counters.maintained_counts import read_maintained_counts
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

MAINTAINED = [
    "&".join(filter(None, parts))
    for parts in product(
        ("", "state=active&state=inactive", "state_not=anonymised", "is_active=false"),
        ("", "is_verified=false", "is_active=true&is_verified=true"),
        ("", "locale=de", "locale=de&locale=fr", "locale=it", "locale_not=de"),
        ("", "ordering=-name"),
    )
]


@pytest.fixture(autouse=True)
def crowd(make_customer: CustomerMaker, rival: Organizer) -> None:
    """Customers of every kind, and customers of another organizer."""
    for is_active, is_verified, locale in product((True, False), (True, False), ("de", "fr", "en")):
        make_customer(is_active=is_active, is_verified=is_verified, locale=locale)
    make_customer(locale="de")
    make_customer(email=None, name_parts={}, is_active=False)
    make_customer(of=rival, locale="it")


def test_every_count_equals_the_number_of_rows(
    organizer: Organizer, subtests: pytest.Subtests
) -> None:
    for query in [*MAINTAINED, "search=customer1", "never_logged_in=true&locale=de"]:
        with subtests.test(query), scope(organizer=organizer):
            search = list_of(organizer, query)
            rows = len(search.customers)

            assert search.count() == rows
            assert search.read_page(["identifier"], 1, 1).count == rows
            assert search.page(1, 1).count.number == rows


def test_maintained_counts_are_not_counted_again(
    organizer: Organizer, subtests: pytest.Subtests
) -> None:
    for query in MAINTAINED:
        with subtests.test(query), CaptureQueriesContext(connection) as queries:
            with scope(organizer=organizer):
                list_of(organizer, query).count()
                list_of(organizer, query).read_page(["identifier"], 1, 1)

            assert not any("COUNT(" in query["sql"] for query in queries)


def test_counts_outside_of_a_scope_raise(organizer: Organizer) -> None:
    with pytest.raises(ScopeError):
        read_maintained_counts(organizer)


def test_counts_of_another_organizer_than_the_scope_raise(
    organizer: Organizer, rival: Organizer
) -> None:
    with scope(organizer=organizer):
        with pytest.raises(ScopeError):
            read_maintained_counts(rival)
        with pytest.raises(ScopeError):
            list_of(rival, "").count()
    with scope(organizer=rival):
        assert read_maintained_counts(rival).by_facet("locale", {}) == {"it": 1}
