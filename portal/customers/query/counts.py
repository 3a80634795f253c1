"""How many customers a list has: facets, and counts within a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.utils.formats import number_format

from portal.customers.counters.counts import (
    FACETS,
    Counts,
    maintained_counts,
    read_with_totals,
    sum_counts,
)
from portal.databases.limited import OutOfTime
from portal.organizers.models import Organizer

# Lists count as far as people do: beyond it they show "10,000+" until the exact count is there.
CAP: Final = 10_000
ALL: Final = 10**9
GROUPED: Final = f"""
    SELECT COUNT(*), {", ".join(FACETS)} FROM ({{customers}}) AS few{{condition}}
    GROUP BY {", ".join(FACETS)}"""  # noqa: S608
IS_SMALL: Final = """
    WHERE (SELECT SUM(number) FROM customers_customercount WHERE organizer_id = %s) <= %s"""


@dataclass(frozen=True)
class Count:
    """How many there are; or how many there are at least, where that is all that is known."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return number_format(self.number) + ("" if self.is_exact else "+")


class Facets(NamedTuple):
    """The customers that all filters but the facets leave, and all customers of the organizer."""

    counts: Counts | None  # None for more than CAP, or where counting takes too long
    totals: Counts
    is_capped: bool = False  # whether there are more than CAP


def counted(customers: models.QuerySet[Any], *, limit: int = ALL) -> models.Subquery:
    """For a query: how many rows another one has. A limit keeps the order in which it is read."""
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    rows = customers.values("pk")[:limit]
    return models.Subquery(rows, output_field=models.BigIntegerField(), template=template)


def count_facets(
    organizer: Organizer, customers: models.QuerySet[Any], *, only_if_small: bool
) -> Facets:
    """Up to CAP customers by combination, in one statement and under one limit of time.

    Where each customer has to be looked at, `only_if_small` leaves it at the totals unless the
    organizer has no more than CAP.
    """
    try:
        sql, parameters = customers.values_list(*FACETS)[: CAP + 1].query.sql_with_params()
    except EmptyResultSet:
        return Facets(Counts({}), maintained_counts(organizer))
    grouped = GROUPED.format(customers=sql, condition=IS_SMALL if only_if_small else "")
    small = (organizer.pk, CAP) if only_if_small else ()
    try:
        rows, totals = read_with_totals(
            organizer,
            customers.db,
            grouped,
            (*parameters, *small),
            milliseconds=int(settings.FACET_MILLISECONDS),
        )
    except OutOfTime:
        return Facets(None, maintained_counts(organizer))
    counts = sum_counts(rows)
    is_capped = counts.total > CAP
    is_skipped = only_if_small and totals.total > CAP
    return Facets(None if is_capped or is_skipped else counts, totals, is_capped)
