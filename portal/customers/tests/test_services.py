"""Services: searching, paging, and reading one customer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any, Final

import pytest
from django.http import QueryDict
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.query.page import FIELDS
from portal.customers.query.query import CustomerQuery
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer


def canonical(organizer: Organizer, query: str) -> str:
    with scope(organizer=organizer):
        return services.parse_query(organizer, QueryDict(query)).canonical.urlencode()


READS: Final[dict[str, Callable[[Organizer, CustomerQuery], Any]]] = {
    "list": lambda of, query: services.list_customers(of, query=query, number=1, size=50),
    "count": lambda of, query: services.count_customers(of, query=query),
    "count page": lambda of, query: services.make_page_with_exact_count(
        of, query=query, number=1, size=50
    ),
    "default page": lambda of, query: services.read_api_page(
        of, query=query, page=services.PageNumber(1, 50), fields=FIELDS
    ),
    "other page": lambda of, query: services.read_api_page(
        of, query=query, page=services.PageNumber(2, 50), fields=["email"]
    ),
    "JSON": lambda of, query: services.stream_customers_as_json(of, query=query, fields=FIELDS),
    "texts": lambda of, query: services.stream_customers_as_texts(of, query=query, fields=FIELDS),
    "all": lambda of, _query: services.count_all_customers(of),
}


@pytest.mark.parametrize("query", ["", "is_active=true", "search=ann", "search=a", "email=a@b.c"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_reading_outside_of_the_scope_raises(
    organizer: Organizer,
    rival: Organizer,
    read: Callable[[Organizer, CustomerQuery], Any],
    query: str,
) -> None:
    with scope(organizer=organizer):
        parsed = services.parse_query(organizer, QueryDict(query))

    with pytest.raises(ScopeError):
        read(organizer, parsed)
    with scope(organizer=rival), pytest.raises(ScopeError):
        read(organizer, parsed)


def test_a_canonical_query_has_no_empty_unknown_or_default_values(organizer: Organizer) -> None:
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
        page = list_of(organizer, "").page(2, 2)

        assert (str(page.count), len(page.rows), page.start_index) == ("5", 2, 3)


def test_a_filtered_page_counts_the_matches(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(locale="de")
    make_customer(locale="fr")

    with scope(organizer=organizer):
        page = list_of(organizer, "locale=de").page(1, 50)

        assert (page.count.number, page.totals.total) == (1, 2)


def test_getting_a_customer_outside_a_scope_raises(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer()

    with pytest.raises(ScopeError):
        services.get_customer(organizer, made.identifier)
    with scope(organizer=rival), pytest.raises(ScopeError):
        services.get_customer(organizer, made.identifier)


def test_a_customer_is_found_by_the_exact_identifier(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer(identifier="has.dot-and_us")

    with scope(organizer=organizer):
        assert services.get_customer(organizer, "has.dot-and_us") == made


@pytest.mark.parametrize("identifier", ["c000001", "NOPE", "", "C000001\0", "😀", "x" * 5000])
def test_an_unknown_identifier_is_not_found(
    organizer: Organizer, make_customer: CustomerMaker, identifier: str
) -> None:
    make_customer(identifier="C000001")

    with scope(organizer=organizer), pytest.raises(services.CustomerNotFound):
        services.get_customer(organizer, identifier)


def test_a_customer_of_another_organizer_is_not_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, identifier="THEIRS")

    with scope(organizer=organizer), pytest.raises(services.CustomerNotFound):
        services.get_customer(organizer, "THEIRS")
