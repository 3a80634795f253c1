"""The list of a query string, without an HTTP request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from portal.customers import services
from portal.customers.counters.maintained_counts import FacetCounts
from portal.customers.models import Customer, CustomerQuerySet, customers_of_organizer
from portal.customers.query.cursor import Cursor
from portal.customers.query.ordering import order_customers
from portal.customers.query.page import RowPage
from portal.customers.query.search import Search
from portal.customers.services import CustomerPage
from portal.organizers.models import Organizer


class CustomerList:
    """The customers of a query string, and the results of services for the query string."""

    def __init__(
        self, organizer: Organizer, query: str | QueryDict, *, reads_notes: bool = False
    ) -> None:
        self._organizer = organizer
        parameters = QueryDict(query) if isinstance(query, str) else query
        self.query = services.parse_query(organizer, parameters, reads_notes=reads_notes)

    @property
    def customers(self) -> CustomerQuerySet:
        """All customers of the list in order, without pages and without the search index."""
        customers = self.query.filter_customers(customers_of_organizer(self._organizer))
        search = Search.parse(
            self.query.search,
            country=self._organizer.country,
            in_notes=self.query.searches_notes,
        )
        return order_customers(search.filter_by_scan(customers), self.query.ordering)

    def page(self, number: int | None, size: int) -> CustomerPage:
        return services.list_customers(self._organizer, query=self.query, number=number, size=size)

    def read_page(self, fields: Sequence[str], number: int, size: int) -> RowPage:
        page = services.PageNumber(number, size)
        return services.read_api_page(self._organizer, query=self.query, page=page, fields=fields)

    def read_page_after(self, fields: Sequence[str], cursor: Cursor, size: int) -> RowPage:
        page = services.AfterCursor(cursor, size)
        return services.read_api_page(self._organizer, query=self.query, page=page, fields=fields)

    def count(self) -> int:
        return services.count_customers(self._organizer, query=self.query)

    def facets(self) -> FacetCounts | None:
        return self.page(1, 1).facets

    def count_by(self, facet: str) -> Mapping[Any, int] | None:
        facets = self.facets()
        return None if facets is None else facets.by_facet(facet, self.query.conditions)


def find_all(organizer: Organizer, search: str, *, reads_notes: bool = False) -> list[Customer]:
    """All customers that a search finds. Asserts that the first page and the count agree."""
    query = QueryDict(mutable=True)
    query["search"] = search
    found = list_of(organizer, query, reads_notes=reads_notes)
    page = found.read_page(["pk"], 1, 1_000)
    customers = list(found.customers)
    assert [pk for (pk,) in page.rows] == [customer.pk for customer in customers]
    assert page.count == found.count() == len(customers)
    return customers


def list_of(
    organizer: Organizer, query: str | QueryDict, *, reads_notes: bool = False
) -> CustomerList:
    return CustomerList(organizer, query, reads_notes=reads_notes)
