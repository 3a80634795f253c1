"""The numbers of customers that the database keeps, and what can be read from them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

from django.db import models
from django.db.models import Sum
from django.utils.formats import number_format
from django_scopes import ScopedManager, scopes_disabled

from portal.customers.fields import CodePointCharField
from portal.kept import KeptQuery
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope
from portal.slots import Slot

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
    """What customers are counted by."""

    is_active: bool
    is_verified: bool
    locale: str


# As far as people count: beyond it they read "10,000+", until the exact number is there.
CAP: Final = 10_000
ALL: Final = 10**9
FACETS: Final = Combination._fields
# Of each facet that is asked for the values, one of which a customer has.
Conditions = Mapping[str, Collection[Any]]  # truths, or languages


@dataclass(frozen=True)
class Count:
    """How many there are; or how many there are at least, where that is all one knows."""

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
        """How many have each value of a facet and meet the conditions for the others."""
        others = {name: values for name, values in conditions.items() if name != facet}
        found: dict[Any, int] = {}
        for combination, number in self._meeting(others):
            value = getattr(combination, facet)
            found[value] = found.get(value, 0) + number
        return found

    def _meeting(self, conditions: Conditions) -> Iterable[tuple[Combination, int]]:
        for combination, number in self.numbers.items():
            if meets(combination, conditions):
                yield combination, number


def meets(combination: Combination, conditions: Conditions) -> bool:
    """Whether it has one of the values of each facet that is asked for."""
    return all(getattr(combination, name) in values for name, values in conditions.items())


def read_combination(values: Sequence[Any]) -> Combination:
    """As a driver returns it: SQLite has numbers for truths."""
    is_active, is_verified, locale = values
    return Combination(bool(is_active), bool(is_verified), locale)


def conditions_from(values: Mapping[str, Any]) -> Conditions:
    """The conditions among the values of a filter form; none for what may be anything."""
    conditions = {name: values.get(name) for name in FACETS}
    return {
        name: value if isinstance(value, list) else [value]
        for name, value in conditions.items()
        if value not in (None, [])
    }


def locale_slots(locales: Iterable[str]) -> list[Slot]:
    """For a query: one for each language."""
    return [Slot(f"locale {number}", locale) for number, locale in enumerate(locales)]


def kept_number(organizer: Organizer, conditions: Conditions) -> models.Subquery:
    """For a query: how many meet all conditions, as the database keeps it."""
    require_scope(organizer)
    owner = Slot("organizer", organizer.pk)
    # The condition of the scope would be the same one once more, with a value that is in no slot.
    with scopes_disabled():
        kept = CustomerCount.objects.filter(organizer_id=owner)
    for name, values in conditions.items():
        kept = kept.filter(**{f"{name}__in": locale_slots(values) if name == "locale" else values})
    template = "(SELECT COALESCE(SUM(number), 0) FROM (%(subquery)s) AS kept)"
    return _number(kept.values("number"), template)


def counted_number(
    customers: models.QuerySet[Any], *, at_most: int | None = None
) -> models.Subquery:
    """For a query: how many rows another one has, as far as one counts."""
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    return _number(up_to(at_most, customers.values("pk")), template)


def up_to(number: int | None, customers: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
    """So many of them, or all. Django forgets the order of a subquery that has no limit."""
    return customers[: number or (ALL if customers.query.order_by else None)]


def _number(rows: models.QuerySet[Any, Any], template: str) -> models.Subquery:
    return models.Subquery(rows, output_field=models.BigIntegerField(), template=template)


def kept_counts(organizer: Organizer) -> Counts:
    """All customers of the organizer, as the database keeps their numbers."""
    require_scope(organizer)
    rows = _kept.rows(organizer.pk)
    return Counts({Combination(*values): number for *values, number in rows if number > 0})


class KeptCounts:
    """The same, read once where somebody wants them, if no other query has told them before."""

    def __init__(self, organizer: Organizer) -> None:
        self._organizer = organizer
        self._counts: Counts | None = None

    def read(self) -> Counts:
        if self._counts is None:
            self._counts = kept_counts(self._organizer)
        return self._counts

    def learn(self, counts: Counts | None) -> None:
        """None is nothing new."""
        self._counts = self._counts or counts


_kept = KeptQuery(
    lambda organizer: (
        CustomerCount.objects.filter(organizer=organizer)
        .order_by()
        .values_list(*FACETS)
        .annotate(Sum("number"))
    )
)
