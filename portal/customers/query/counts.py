"""Counts the customers of a list: by facets, and as an expression in the query of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.expressions import Combinable, RawSQL
from django.utils.formats import number_format

from portal.customers.counters.maintained_counts import (
    FACETS,
    FacetCounts,
    count_facets_with_totals,
    read_maintained_counts,
)
from portal.databases.time_limits import TimeLimitExceeded
from portal.organizers.models import Organizer

# A limit that is greater than the number of customers of any list.
NO_LIMIT: Final = 10**9


@dataclass(frozen=True)
class ListCount:
    """A number of customers, which is exact or a minimum."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return number_format(self.number) + ("" if self.is_exact else "+")


class ListAndTotalCounts(NamedTuple):
    """Two counts by facets: of the customers that match all filters except facets, and of all."""

    counts: FacetCounts | None  # None for more than COUNT_CAP customers, or after the time limit
    totals: FacetCounts
    is_capped: bool = False  # whether more than COUNT_CAP customers match all filters except facets


def count_expression(customers: models.QuerySet[Any], *, limit: int | None = None) -> Combinable:
    """A database expression: the number of rows of a queryset, counted up to `limit`."""
    rows = (
        keep_ordering_in_subquery(customers.values("pk"))
        if limit is None
        else customers.values("pk")[:limit]
    )
    try:
        # The count is compiled to SQL here once, because the query of a page has it once for each
        # section.
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return models.Value(0)
    count = f"(SELECT COUNT(*) FROM ({sql}) AS counted)"  # noqa: S608
    return RawSQL(count, parameters, models.BigIntegerField())  # noqa: S611


def keep_ordering_in_subquery(customers: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
    """Add a LIMIT that no list reaches.

    Without a LIMIT, Django removes ORDER BY from a subquery.
    """
    return customers[:NO_LIMIT] if customers.query.order_by else customers


def count_facets(organizer: Organizer, customers: models.QuerySet[Any]) -> ListAndTotalCounts:
    """Count up to COUNT_CAP customers by facets, in one statement with a time limit."""
    try:
        sql, parameters = customers.values_list(*FACETS).query.sql_with_params()
        counts, totals = count_facets_with_totals(
            organizer,
            customers.db,
            sql,
            parameters,
            most=settings.COUNT_CAP,
            milliseconds=int(settings.FACET_MILLISECONDS),
        )
    except EmptyResultSet:
        return ListAndTotalCounts(FacetCounts({}), read_maintained_counts(organizer))
    except TimeLimitExceeded:
        return ListAndTotalCounts(None, read_maintained_counts(organizer))
    return ListAndTotalCounts(counts, totals, is_capped=counts is None)
