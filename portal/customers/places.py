"""Places within an order: where a page ends, whatever happens to the customers around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Func, Value
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from portal.customers.orderings import Term, order_terms


@dataclass(frozen=True)
class Place:
    """Beside the customer that has, or had, these values in the terms of an order.

    What lies beyond it follows in the order, or precedes it where `backwards`; the customer itself
    counts only where `inclusive`. Times may be text, as in JSON.
    """

    values: Sequence[Any]  # whatever the columns hold
    backwards: bool = False
    inclusive: bool = False

    def turned(self, *, inclusive: bool) -> Place:
        """The other way from here."""
        return replace(self, backwards=not self.backwards, inclusive=inclusive)


class Row(Func):
    """Values that SQL compares as one, the first of them first."""

    template = "(%(expressions)s)"
    output_field = models.BooleanField()


# By whether the order descends, and whether equal is enough.
COMPARISONS: Final = {
    (False, False): GreaterThan,
    (False, True): GreaterThanOrEqual,
    (True, False): LessThan,
    (True, True): LessThanOrEqual,
}
Pair = tuple[Term, Any]  # a term and its value


def beyond(keys: Sequence[str], place: Place) -> Q:
    """The condition for what lies beyond the place, in the order by these keys.

    Raises ValueError where the place is one of another order.
    """
    pairs = list(zip(order_terms(keys, backwards=place.backwards), place.values, strict=True))
    ways = {term.descending for term, _value in pairs}
    if len(ways) > 1 or None in place.values:
        return _one_by_one(pairs, inclusive=place.inclusive)
    # The only form at which a database enters an index, instead of walking up to the place.
    compare = COMPARISONS[ways.pop(), place.inclusive]
    values = (Value(value, term.field) for term, value in pairs)
    return Q(compare(Row(*(term.expression for term, _value in pairs)), Row(*values)))


def _one_by_one(pairs: Sequence[Pair], *, inclusive: bool) -> Q:
    """Further in the first term, or equal there and further in the rest."""
    (term, value), *rest = pairs
    further = _further(term, value, inclusive=inclusive and not rest)
    if not rest:
        return further
    return further | (_equal(term, value) & _one_by_one(rest, inclusive=inclusive))


def _further(term: Term, value: Any, *, inclusive: bool) -> Q:
    # Nothing is further than no value, and of the two truths only one is.
    if value is None or (value is not term.descending and isinstance(value, bool)):
        return Q(pk__in=[])
    compare = COMPARISONS[term.descending, inclusive]
    return Q(compare(term.expression, Value(value, term.field)))


def _equal(term: Term, value: Any) -> Q:
    if value is None:
        return Q(IsNull(term.expression, True))  # noqa: FBT003
    return Q(Exact(term.expression, Value(value, term.field)))
