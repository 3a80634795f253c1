"""Counts of customers by state, verification and language, which database triggers maintain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django_scopes import ScopedManager, scopes_disabled

from portal.customers.fields import CodePointCharField
from portal.databases.compiled import SQL, CompiledQuery, Row
from portal.databases.time_limits import read_with_time_limit
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope

COUNTED_COLUMNS: Final = "organizer_id, state, is_verified, locale"


class CustomerCount(models.Model):
    """A change of the number of customers with one combination of values.

    The sum of all changes of a combination is the number of its customers.

    Only the triggers of migration 0001 write to this table. A combination may have several rows.
    """

    # The database has no foreign key constraint here. When an organizer is deleted, the triggers
    # still write rows, and the check of a constraint might run before or after the triggers.
    organizer = models.ForeignKey(
        Organizer, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    state = models.SmallIntegerField()
    is_verified = models.BooleanField()
    locale = CodePointCharField(max_length=50)
    number = models.BigIntegerField()

    objects: ClassVar[models.Manager[CustomerCount]] = ScopedManager(organizer="organizer")

    class Meta:
        indexes = [
            models.Index(
                "organizer",
                "state",
                "is_verified",
                "locale",
                name="customer_count_by_combination",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number:+} {self.locale}"


class FacetCombination(NamedTuple):
    """The facets of a customer: the values of the columns by which customers are counted."""

    state: int
    is_verified: bool
    locale: str


FACETS: Final = FacetCombination._fields


class FacetCondition(NamedTuple):
    """The values of a facet that a filter accepts."""

    facet: str
    values: Container[Any]


# The conditions of the filters, by the name of the filter. A filter whose name is that of its facet
# shows a count beside each choice.
FacetConditions = Mapping[str, FacetCondition]
BY_FACETS: Final = ", ".join(FACETS)
# One statement that returns three kinds of rows, named by the column `kind`: the rows of a query,
# unless they are too many; the number of rows of the query; the maintained counts of the organizer.
# The facets are the last columns.
READ_WITH_TOTALS: Final = f"""
    WITH found AS ({{rows}} LIMIT {{limit}})
    SELECT 'row' AS kind, found.* FROM found WHERE (SELECT COUNT(*) FROM found) < {{limit}}
    UNION ALL
    SELECT 'number', COUNT(*){{empty}}{", NULL" * len(FACETS)} FROM found
    UNION ALL
    SELECT 'total', CAST(SUM(number) AS BIGINT){{empty}}, {BY_FACETS}
    FROM customers_customercount WHERE organizer_id = %s GROUP BY {BY_FACETS}"""  # noqa: S608
# Like READ_WITH_TOTALS, but the rows of the query are counted by facets in SQL. To count by facets,
# the query runs a second time, unless it has too many rows.
COUNT_WITH_TOTALS: Final = f"""
    WITH counted AS (SELECT COUNT(*) AS number FROM ({{rows}} LIMIT %s) AS found)
    SELECT 'row' AS kind, COUNT(*), {BY_FACETS} FROM (
        {{rows}} LIMIT (SELECT CASE WHEN number <= %s THEN number ELSE 0 END FROM counted)
    ) AS found GROUP BY {BY_FACETS}
    UNION ALL
    SELECT 'number', number{", NULL" * len(FACETS)} FROM counted
    UNION ALL
    SELECT 'total', CAST(SUM(number) AS BIGINT), {BY_FACETS}
    FROM customers_customercount WHERE organizer_id = %s GROUP BY {BY_FACETS}"""  # noqa: S608


@dataclass(frozen=True)
class FacetCounts:
    """The number of customers with each combination of facets."""

    numbers: Mapping[FacetCombination, int]

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    def count_matching(self, conditions: FacetConditions) -> int:
        """The number of customers that meet all conditions."""
        return sum(number for _values, number in self._numbers_by_combination(conditions))

    def by_facet(self, facet: str, conditions: FacetConditions) -> dict[Any, int]:
        """The number of customers with each value of a facet.

        The conditions of all other filters apply.
        """
        others = {name: each for name, each in conditions.items() if name != facet}
        numbers: Counter[Any] = Counter()
        for combination, number in self._numbers_by_combination(others):
            numbers[getattr(combination, facet)] += number
        return dict(numbers)

    def _numbers_by_combination(
        self, conditions: FacetConditions
    ) -> Iterable[tuple[FacetCombination, int]]:
        for combination, number in self.numbers.items():
            if meets_conditions(combination, conditions):
                yield combination, number


def meets_conditions(combination: FacetCombination, conditions: FacetConditions) -> bool:
    """Whether the combination meets all conditions."""
    return all(getattr(combination, facet) in values for facet, values in conditions.values())


def read_combination(values: Sequence[Any]) -> FacetCombination:
    """A combination from the values of a database row. SQLite returns booleans as numbers."""
    state, is_verified, locale = values
    return FacetCombination(state, bool(is_verified), locale)


def read_maintained_counts(organizer: Organizer) -> FacetCounts:
    """Read the numbers of an organizer's customers by facets, which triggers maintain."""
    require_scope(organizer)
    return sum_counts(_maintained.read_rows(organizer.pk))


_maintained = CompiledQuery(
    lambda organizer: [
        CustomerCount.objects.filter(organizer=organizer)
        .order_by()
        .values(*FACETS)
        .annotate(total=Sum("number"))
        .values_list("total", *FACETS)
    ],
    int,
)


def maintained_total_expression(organizer_id: int) -> Coalesce:
    """A database expression for the maintained number of all customers of the organizer."""
    with scopes_disabled():
        counts = CustomerCount.objects.filter(organizer_id=organizer_id)
    total = counts.order_by().values("organizer_id").annotate(total=Sum("number")).values("total")
    return Coalesce(models.Subquery(total), 0, output_field=models.BigIntegerField())


def read_rows_with_totals(
    organizer: Organizer,
    alias: str,
    sql: str,
    parameters: Sequence[Any],
    *,
    limit: SQL,
    others: int,
    milliseconds: int | None = None,
) -> tuple[list[Row] | None, FacetCounts]:
    """Read the rows of a query, as the database driver returns them, and the maintained counts.

    The rows are None if there are `limit` or more. The query selects an integer such as the
    primary key, then `others` other columns, then the facets. Raises TimeLimitExceeded.
    """
    statement = READ_WITH_TOTALS.format(rows=sql, limit=limit[0], empty=", NULL" * others)
    values = [*parameters, *limit[1], *limit[1]]
    rows, number, totals = _read_rows_and_counts(organizer, alias, statement, values, milliseconds)
    return rows if len(rows) == number else None, totals


def count_facets_with_totals(
    organizer: Organizer,
    alias: str,
    sql: str,
    parameters: Sequence[Any],
    *,
    most: int,
    milliseconds: int,
) -> tuple[FacetCounts | None, FacetCounts]:
    """Count the rows of a query by facets, and read the maintained counts.

    The query selects the facets. The counts are None if the query has more than `most` rows. Raises
    TimeLimitExceeded.
    """
    statement = COUNT_WITH_TOTALS.format(rows=sql)
    values = [*parameters, most + 1, *parameters, most]
    rows, number, totals = _read_rows_and_counts(organizer, alias, statement, values, milliseconds)
    return sum_counts(rows) if number <= most else None, totals


def _read_rows_and_counts(
    organizer: Organizer,
    alias: str,
    statement: str,
    parameters: Sequence[Any],
    milliseconds: int | None,
) -> tuple[list[Row], int, FacetCounts]:
    """The rows of the query, its number of rows, and the maintained counts."""
    require_scope(organizer)
    values = [*parameters, organizer.pk]
    rows: dict[str, list[Row]] = {"row": [], "number": [], "total": []}
    for kind, *row in read_with_time_limit(alias, statement, values, milliseconds=milliseconds):
        rows[kind].append(tuple(row))
    totals = sum_counts((number, *row[-len(FACETS) :]) for number, *row in rows["total"])
    [(number, *_nothing)] = rows["number"]
    return rows["row"], number, totals


def sum_counts(rows: Iterable[Row]) -> FacetCounts:
    """Make FacetCounts from database rows: a number, then the facets. Numbers of 0 are left out."""
    return FacetCounts({read_combination(row[1:]): int(row[0]) for row in rows if row[0] > 0})
