"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from portal.customers.counts import FACETS, Counts, read_combination
from portal.databases.limited import OutOfTime, read_limited


def count_by_combination(customers: QuerySet[Any], at_most: int) -> Counts | None:
    """Of so many customers, or of all where they are fewer. None where it takes too long."""
    some = customers.order_by().values_list(*FACETS)[:at_most]
    try:
        sql, parameters = some.query.sql_with_params()
    except EmptyResultSet:
        return Counts({})
    columns = ", ".join(FACETS)
    counting = f"SELECT {columns}, COUNT(*) FROM ({sql}) AS seen GROUP BY {columns}"  # noqa: S608
    allowed = int(settings.FACET_MILLISECONDS)
    try:
        rows = read_limited(customers.db, counting, parameters, milliseconds=allowed)
    except OutOfTime:
        return None
    return Counts({read_combination(values): number for *values, number in rows})
