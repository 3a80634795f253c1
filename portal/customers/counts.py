"""Counts: those that the database maintains, facets, and counts within a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django_scopes import ScopedManager, scopes_disabled

from portal.customers.fields import CodePointCharField
from portal.databases.compiled import CompiledQuery, Row
from portal.databases.limited import OutOfTime, read_limited
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope

KEY: Final = "organizer_id, is_active, is_verified, locale"


class CustomerCount(models.Model):
    """How many customers came or went, by all that is kept: added up, how many there are.

    Only triggers write here: see counting.py. Of one combination there may be several rows.
    """

    # Triggers cannot be told before or behind which of these an organizer is deleted.
    organizer = models.ForeignKey(
        Organizer, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    is_active = models.BooleanField()
    is_verified = models.BooleanField()
    locale = CodePointCharField(max_length=50)
    number = models.BigIntegerField()

    objects: ClassVar[models.Manager[CustomerCount]] = ScopedManager(organizer="organizer")

    class Meta:
        indexes = [
            models.Index(
                "organizer",
                "is_active",
                "is_verified",
                "locale",
                name="customer_count_by_combination",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number:+} {self.locale}"


class Combination(NamedTuple):
    """The values of all facets that a customer has."""

    is_active: bool
    is_verified: bool
    locale: str


FACETS: Final = Combination._fields
# Lists count as far as people do: beyond it they show "10,000+" until the exact count is there.
CAP: Final = 10_000
ALL: Final = 10**9
# For each facet of a query, the values of which a customer has one: truths, or languages.
Conditions = Mapping[str, Collection[Any]]
# Rows of a query and the maintained counts of the organizer, in one statement. The last columns
# are the facets, the first tells which rows are which.
WITH_TOTALS: Final = f"""
    SELECT 1 AS is_row, * FROM ({{rows}}) AS found
    UNION ALL
    SELECT 0, CAST(SUM(number) AS BIGINT){{empty}}, {", ".join(FACETS)}
    FROM customers_customercount WHERE organizer_id = %s GROUP BY {", ".join(FACETS)}"""  # noqa: S608
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


@dataclass(frozen=True)
class Counts:
    """How many customers there are of each combination."""

    numbers: Mapping[Combination, int]

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    def matching(self, conditions: Conditions) -> int:
        """How many meet all conditions."""
        return sum(number for _values, number in self._meeting(conditions))

    def by(self, facet: str, conditions: Conditions) -> dict[Any, int]:
        """How many have each value of a facet and meet the conditions of the others."""
        others = {name: values for name, values in conditions.items() if name != facet}
        found: Counter[Any] = Counter()
        for combination, number in self._meeting(others):
            found[getattr(combination, facet)] += number
        return dict(found)

    def _meeting(self, conditions: Conditions) -> Iterable[tuple[Combination, int]]:
        for combination, number in self.numbers.items():
            if meets(combination, conditions):
                yield combination, number


class Facets(NamedTuple):
    """The customers that all filters but the facets leave, and all customers of the organizer."""

    counts: Counts | None  # None for more than CAP, or where counting takes too long
    totals: Counts
    is_capped: bool = False  # whether there are more than CAP


def meets(combination: Combination, conditions: Conditions) -> bool:
    """Whether it has one of the values of each facet that the conditions name."""
    return all(getattr(combination, name) in values for name, values in conditions.items())


def read_combination(values: Sequence[Any]) -> Combination:
    """As a driver returns it: SQLite has numbers for truths."""
    is_active, is_verified, locale = values
    return Combination(bool(is_active), bool(is_verified), locale)


def maintained_counts(organizer: Organizer) -> Counts:
    """All customers of the organizer, as the database maintains their number."""
    require_scope(organizer)
    return _totals(_maintained.rows(organizer.pk))


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


def maintained_count(organizer_id: int, conditions: Conditions) -> Coalesce:
    """For a query: how many customers meet the conditions, as the database maintains it."""
    with scopes_disabled():
        counts = CustomerCount.objects.filter(organizer_id=organizer_id)
    for name, values in conditions.items():
        counts = counts.filter(**{f"{name}__in": values})
    total = counts.order_by().values("organizer_id").annotate(total=Sum("number")).values("total")
    return Coalesce(models.Subquery(total), 0, output_field=models.BigIntegerField())


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
    counts = _totals(rows)
    is_capped = counts.total > CAP
    is_skipped = only_if_small and totals.total > CAP
    return Facets(None if is_capped or is_skipped else counts, totals, is_capped)


def read_with_totals(
    organizer: Organizer,
    alias: str,
    sql: str,
    parameters: Sequence[Any],
    *,
    others: int = 0,
    milliseconds: int | None = None,
) -> tuple[list[Row], Counts]:
    """The rows of a query, as the driver returns them, and the maintained counts.

    The columns of the query are a number, `others` more columns, and the facets. Raises OutOfTime.
    """
    require_scope(organizer)
    statement = WITH_TOTALS.format(rows=sql, empty=", NULL" * others)
    found = read_limited(alias, statement, [*parameters, organizer.pk], milliseconds=milliseconds)
    rows = [tuple(row[1:]) for row in found if row[0]]
    return rows, _totals((row[1], *row[-len(FACETS) :]) for row in found if not row[0])


def _totals(rows: Iterable[Row]) -> Counts:
    """From rows of a number and its facets. The numbers of moves may add up to none."""
    return Counts({read_combination(row[1:]): int(row[0]) for row in rows if row[0] > 0})
