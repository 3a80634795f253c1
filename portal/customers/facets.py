"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections

from portal.customers.asked import Asked, database_to_read
from portal.customers.counts import FACETS, Combination, Counts, read_combination
from portal.databases.limited import OutOfTime, Row, read_limited
from portal.slots import KeptByShape, fill, require_slots

if TYPE_CHECKING:
    from portal.customers.models import CustomerQuerySet

Sql = tuple[str, Sequence[Any]]  # and its parameters
kept = KeptByShape[Sql | None]()

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


def count_by_combination(asked: Asked, at_most: int) -> Seen:
    """Are there more than that, they are many."""
    try:
        allowed = int(settings.FACET_MILLISECONDS)
        rows = _read(asked, "count", _count_first, at_most, milliseconds=allowed)
    except OutOfTime:
        return Seen(None)
    # In whichever order the database returns the parts, the number of all is of no combination.
    number = sum(row[-1] for row in rows if row[0] is None)
    grouped = [row for row in rows if row[0] is not None]
    if number > at_most:
        return Seen(None, are_many=True)
    return Seen(Counts(_by_combination(grouped)))


def group_by_combination(asked: Asked, aggregate: str, at_most: int) -> dict[Combination, Any]:
    """What an aggregate of SQL makes of each combination, of so many customers."""

    def group(customers: CustomerQuerySet, at_most: int) -> Sql:
        sql, parameters = customers.values_list("id", *FACETS)[:at_most].query.sql_with_params()
        grouped = f"SELECT {COLUMNS}, {aggregate} FROM ({sql}) AS seen GROUP BY {COLUMNS}"  # noqa: S608
        return grouped, parameters

    return _by_combination(_read(asked, aggregate, group, at_most))


def _count_first(customers: CustomerQuerySet, at_most: int) -> Sql:
    keys, of_keys = customers.values_list("pk")[: at_most + 1].query.sql_with_params()
    # The limit tells PostgreSQL that it need not start other processes for so few.
    everybody, of_all = customers.values_list(*FACETS)[:at_most].query.sql_with_params()
    sql = COUNT.format(keys=keys, everybody=everybody, columns=COLUMNS, at_most=at_most)
    return sql, [*of_keys, *of_all]


def _read(
    asked: Asked,
    kind: str,
    write: Callable[[CustomerQuerySet, int], Sql],
    at_most: int,
    milliseconds: int | None = None,
) -> list[Row]:
    """By SQL that is kept. No rows where nobody can be among those who are asked for."""
    alias = database_to_read()

    def make() -> Sql | None:
        try:
            sql, parameters = write(asked.compose(), at_most)
        except EmptyResultSet:
            return None
        require_slots(parameters)
        return sql, parameters

    statement = kept.get((alias, asked.shape, kind, at_most), make)
    if statement is None:
        return []
    sql, parameters = statement
    filled = fill(parameters, asked.given, connections[alias])
    return read_limited(alias, sql, filled, milliseconds=milliseconds)


def _by_combination(rows: Iterable[Row]) -> dict[Combination, Any]:
    return {read_combination(values): made for *values, made in rows}
