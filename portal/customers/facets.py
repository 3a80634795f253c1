"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from portal.customers.counts import FACETS, Combination, Counts, read_combination
from portal.databases.limited import OutOfTime, read_limited


def count_by_combination(customers: QuerySet[Any], at_most: int) -> Counts | None:
    """Of so many customers, or of all where they are fewer. None where it takes too long."""
    some = customers.order_by().values_list(*FACETS)[:at_most]
    allowed = int(settings.FACET_MILLISECONDS)
    try:
        return Counts(group_by_combination(some, "COUNT(*)", milliseconds=allowed))
    except OutOfTime:
        return None


def group_by_combination(
    some: QuerySet[Any, Any], aggregate: str, *, milliseconds: int | None = None
) -> dict[Combination, Any]:
    """What an aggregate of SQL makes of each combination. Raises OutOfTime."""
    try:
        sql, parameters = some.query.sql_with_params()
    except EmptyResultSet:
        return {}
    columns = ", ".join(FACETS)
    grouped = f"SELECT {columns}, {aggregate} FROM ({sql}) AS seen GROUP BY {columns}"  # noqa: S608
    rows = read_limited(some.db, grouped, parameters, milliseconds=milliseconds)
    return {read_combination(values): made for *values, made in rows}
