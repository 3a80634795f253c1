"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from portal.customers.counts import FACETS, Combination, Counts, read_combination
from portal.databases.limited import OutOfTime, Row, read_limited

COLUMNS: Final = ", ".join(FACETS)
# How many there are is read from the index of a filter; what they are, customer by customer. That
# is only done where they are not too many.
COUNT: Final = """
    WITH few AS MATERIALIZED (SELECT COUNT(*) AS number FROM ({keys}) AS met)
    SELECT NULL, NULL, NULL, number FROM few
    UNION ALL SELECT * FROM (
        SELECT {columns}, COUNT(*) FROM ({everybody}) AS seen
        WHERE (SELECT number FROM few) <= {at_most} GROUP BY {columns}
    ) AS grouped"""


@dataclass(frozen=True)
class Seen:
    """Customers by combination; None for too many of them, or where looking takes too long."""

    counts: Counts | None
    are_many: bool = False


def count_by_combination(customers: QuerySet[Any], at_most: int) -> Seen:
    """Are there more than that, they are many."""
    some = customers.order_by()
    try:
        keys, of_keys = some.values_list("pk")[: at_most + 1].query.sql_with_params()
        # The limit tells PostgreSQL that it need not start other processes for so few.
        everybody, of_all = some.values_list(*FACETS)[:at_most].query.sql_with_params()
    except EmptyResultSet:
        return Seen(Counts({}))
    sql = COUNT.format(keys=keys, everybody=everybody, columns=COLUMNS, at_most=at_most)
    allowed = int(settings.FACET_MILLISECONDS)
    try:
        rows = read_limited(some.db, sql, [*of_keys, *of_all], milliseconds=allowed)
    except OutOfTime:
        return Seen(None)
    # In whichever order the database returns the parts, the number of all is of no combination.
    number = next(row[-1] for row in rows if row[0] is None)
    grouped = [row for row in rows if row[0] is not None]
    if number > at_most:
        return Seen(None, are_many=True)
    return Seen(Counts(_by_combination(grouped)))


def group_by_combination(some: QuerySet[Any, Any], aggregate: str) -> dict[Combination, Any]:
    """What an aggregate of SQL makes of each combination."""
    try:
        sql, parameters = some.query.sql_with_params()
    except EmptyResultSet:
        return {}
    grouped = f"SELECT {COLUMNS}, {aggregate} FROM ({sql}) AS seen GROUP BY {COLUMNS}"  # noqa: S608
    return _by_combination(read_limited(some.db, grouped, parameters))


def _by_combination(rows: Iterable[Row]) -> dict[Combination, Any]:
    return {read_combination(values): made for *values, made in rows}
