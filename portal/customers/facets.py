"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField

from portal.customers.asked import Asked, database_to_read
from portal.customers.counts import FACETS, Combination, Counts, read_combination
from portal.customers.orderings import order_terms
from portal.databases.limited import OutOfTime, Row, read_limited
from portal.slots import KeptByShape, Slot, fill, require_slots

if TYPE_CHECKING:
    from portal.customers.models import CustomerQuerySet

Sql = tuple[str, Sequence[Any]]  # and its parameters
statements = KeptByShape[Sql | None]()

COLUMNS: Final = ", ".join(FACETS)
# Whoever looks beside the filters wants all customers of the organizer as well, as the database
# keeps their numbers. Each row begins with what it is of.
KEPT: Final = f"""
    UNION ALL SELECT 'kept', {COLUMNS}, CAST(number AS {{type}}) FROM (
        SELECT {COLUMNS}, SUM(number) AS number FROM customers_customercount
        WHERE organizer_id = %s GROUP BY {COLUMNS}) AS kept"""  # noqa: S608
AMONG: Final = """
    (SELECT COALESCE(SUM(number), 0) FROM customers_customercount WHERE organizer_id = %s) <= """
OWNER: Final = Slot("organizer", None, BigIntegerField())
# How many there are is read from the index of a filter; what they are, customer by customer. That
# is only done where they are not too many.
COUNT: Final = """
    WITH few AS MATERIALIZED (
        SELECT CASE WHEN {condition} THEN (SELECT COUNT(*) FROM ({keys}) AS met) END AS number)
    SELECT 'met', NULL, NULL, NULL, number FROM few
    UNION ALL SELECT * FROM (
        SELECT 'seen', {columns}, COUNT(*) FROM ({everybody} LIMIT {limit}) AS seen
        WHERE (SELECT number FROM few) <= {at_most} GROUP BY {columns}
    ) AS grouped{kept}"""
# The limit tells PostgreSQL that it need not start other processes for so few. SQLite compares row
# by row, so there the limit tells that nobody is wanted at all.
LIMIT: Final = {
    "postgresql": "{at_most}",
    "sqlite": "(SELECT CASE WHEN number <= {at_most} THEN {at_most} ELSE 0 END FROM few)",
}

# They are sorted here, where each is looked at anyway, unless there are too many: of those none is
# wanted. SQLite would sort all of them before the limit if they were not found first. Two lists for
# a combination are quicker than as many rows.
GROUP: Final = """
    WITH found AS MATERIALIZED ({found}),
    few AS (SELECT * FROM found WHERE (SELECT COUNT(*) FROM found) <= {at_most})
    SELECT 'met', NULL, NULL, NULL, CAST(COUNT(*) AS TEXT) FROM found
    UNION ALL SELECT * FROM (
        SELECT 'seen', {columns}, {lists} FROM (
            SELECT id, {columns}, ROW_NUMBER() OVER (ORDER BY {order}) AS number FROM few
        ) AS seen GROUP BY {columns}
    ) AS grouped{kept}"""
LISTS: Final = {
    "postgresql": "JSON_BUILD_ARRAY(JSON_AGG(number), JSON_AGG(id))::TEXT",
    "sqlite": "JSON_ARRAY(JSON_GROUP_ARRAY(number), JSON_GROUP_ARRAY(id))",
}
DIRECTION: Final = {False: "ASC", True: "DESC"}


@dataclass(frozen=True)
class Seen:
    """Customers by combination; None for too many of them, or where looking takes too long."""

    counts: Counts | None
    are_many: bool = False
    # All of the organizer, where the same query told.
    kept: Counts | None = None


def count_by_combination(asked: Asked, at_most: int, among: int | None = None) -> Seen:
    """Are there more than that, they are many. Among more customers than so many nobody looks."""
    count, kind = partial(_count_first, among), f"count among {among}"
    try:
        allowed = int(settings.FACET_MILLISECONDS)
        rows = _read(asked, kind, count, at_most, milliseconds=allowed)
    except OutOfTime:
        return Seen(None)
    number = _read_number(rows)
    if number is None or number > at_most:
        return Seen(None, number is not None, _read_kept(rows))
    return Seen(Counts(_by_combination(rows, "seen")), kept=_read_kept(rows))


def group_by_combination(
    asked: Asked, keys: Sequence[str], at_most: int
) -> tuple[dict[Combination, str] | None, Counts | None]:
    """So many customers by combination, or None for more of them; and Seen.kept.

    Of each combination two lists, as the text of a JSON array: which numbers its customers have in
    the order by the keys, beginning with 1, and their primary keys.
    """
    rows = _read(asked, f"by {','.join(keys)}", partial(_group_few, keys), at_most)
    number = _read_number(rows) or 0
    return None if number > at_most else _by_combination(rows, "seen"), _read_kept(rows)


def _group_few(keys: Sequence[str], customers: CustomerQuerySet, at_most: int) -> Sql:
    terms = {f"term{n}": term for n, term in enumerate(order_terms(keys))}
    values = {name: term.expression for name, term in terms.items()}
    found = customers.annotate(**values).values_list("id", *FACETS, *terms)[: at_most + 1]
    sql, parameters = found.query.sql_with_params()
    grouped = GROUP.format(
        found=sql,
        at_most=at_most,
        columns=COLUMNS,
        lists=LISTS[connections[customers.db].vendor],
        order=", ".join(f"{name} {DIRECTION[term.descending]}" for name, term in terms.items()),
        kept=KEPT.format(type="TEXT"),
    )
    return grouped, [*parameters, OWNER]


def _count_first(among: int | None, customers: CustomerQuerySet, at_most: int) -> Sql:
    keys, of_keys = customers.values_list("pk")[: at_most + 1].query.sql_with_params()
    everybody, of_all = customers.values_list(*FACETS).query.sql_with_params()
    sql = COUNT.format(
        condition="TRUE" if among is None else f"{AMONG}{among}",
        keys=keys,
        everybody=everybody,
        columns=COLUMNS,
        at_most=at_most,
        limit=LIMIT[connections[customers.db].vendor].format(at_most=at_most),
        kept=KEPT.format(type="BIGINT"),
    )
    return sql, [*([] if among is None else [OWNER]), *of_keys, *of_all, OWNER]


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

    statement = statements.get((alias, asked.shape, kind, at_most), make)
    if statement is None:
        return []
    sql, parameters = statement
    filled = fill(parameters, asked.given, connections[alias])
    return read_limited(alias, sql, filled, milliseconds=milliseconds)


def _read_number(rows: Iterable[Row]) -> int | None:
    """How many are met, as far as one counts; None where nobody looked."""
    [number] = [made for label, *_nothing, made in rows if label == "met"] or [0]
    return None if number is None else int(number)


def _by_combination(rows: Iterable[Row], label: str) -> dict[Combination, Any]:
    """Of the rows with the label. Databases return the parts in whichever order."""
    return {read_combination(values): made for of, *values, made in rows if of == label}


def _read_kept(rows: Sequence[Row]) -> Counts | None:
    """None where nothing was asked, because nobody can be met."""
    kept = {key: int(number) for key, number in _by_combination(rows, "kept").items()}
    return Counts({key: number for key, number in kept.items() if number > 0}) if rows else None
