"""The one door: searching, paging, getting one customer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.core.paginator import EmptyPage
from django.http import QueryDict
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.organizers.models import Organizer

Getter = Callable[[Organizer, str], Any]


def canonical(organizer: Organizer, query: str) -> str:
    with scope(organizer=organizer):
        return services.search_customers(organizer, query=QueryDict(query)).canonical.urlencode()


def test_searching_outside_a_scope_raises(organizer: Organizer) -> None:
    with pytest.raises(ScopeError):
        services.search_customers(organizer, query=QueryDict(""))


def test_searching_another_organizer_than_the_scope_raises(
    organizer: Organizer, rival: Organizer
) -> None:
    with scope(organizer=organizer), pytest.raises(ScopeError):
        services.search_customers(rival, query=QueryDict(""))


def test_a_canonical_query_has_nothing_empty_unknown_or_by_default(organizer: Organizer) -> None:
    query = "foo=1&page=3&search=+jo+&is_active=&ordering=email&locale=fr&locale=de&locale=fr"

    assert canonical(organizer, query) == "search=jo&locale=de&locale=fr"


def test_the_order_of_parameters_does_not_matter(organizer: Organizer) -> None:
    parts = ["locale=de", "search=jo", "is_active=true", "ordering=-name"]

    assert len({canonical(organizer, "&".join(order)) for order in permutations(parts)}) == 1


def test_a_page_counts_all_customers_without_reading_them(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    for _ in range(5):
        make_customer()

    with scope(organizer=organizer):
        page = services.search_customers(organizer, query=QueryDict("")).page(2, 2)

        assert (str(page.count), len(page.rows), page.start_index) == ("5", 2, 3)


def test_a_filtered_page_counts_what_matches(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")
    make_customer(locale="fr")

    with scope(organizer=organizer):
        asked = services.search_customers(organizer, query=QueryDict("locale=de"))

        assert (asked.page(1, 50).count.number, asked.total) == (1, 2)


def test_a_page_beyond_the_end_raises(organizer: Organizer) -> None:
    with scope(organizer=organizer), pytest.raises(EmptyPage):
        services.search_customers(organizer, query=QueryDict("")).page(2, 50)


@pytest.fixture(params=[services.get_customer, services.read_customer])
def get(request: pytest.FixtureRequest) -> Getter:
    """Either way to one customer."""
    way: Getter = request.param
    return way


def test_getting_a_customer_outside_a_scope_raises(
    get: Getter, organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer()

    with pytest.raises(ScopeError):
        get(organizer, made.identifier)
    with scope(organizer=rival), pytest.raises(ScopeError):
        get(organizer, made.identifier)


def test_a_customer_is_got_by_the_exact_identifier(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer(identifier="has.dot-and_us")

    with scope(organizer=organizer):
        assert services.get_customer(organizer, "has.dot-and_us") == made
        assert services.read_customer(organizer, "has.dot-and_us")["id"] == made.pk


@pytest.mark.parametrize("identifier", ["c000001", "NOPE", "", "C000001\0", "😀", "x" * 5000])
def test_what_is_not_there_is_not_found(
    get: Getter, organizer: Organizer, make_customer: CustomerMaker, identifier: str
) -> None:
    make_customer(identifier="C000001")

    with scope(organizer=organizer), pytest.raises(services.CustomerNotFound):
        get(organizer, identifier)


def test_a_customer_of_another_organizer_is_not_found(
    get: Getter, organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, identifier="THEIRS")

    with scope(organizer=organizer), pytest.raises(services.CustomerNotFound):
        get(organizer, "THEIRS")
