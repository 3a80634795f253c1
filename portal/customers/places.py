"""Places within an order: where a page ends, whatever happens to the customers around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from django.db import connection, models
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


class Stage(NamedTuple):
    """A part of an order: who is in it, and the terms that order them."""

    condition: Q
    terms: Sequence[Term]


def stages_beyond(keys: Sequence[str], place: Place) -> list[Stage]:
    """What lies beyond the place in the order by these keys, part by part.

    Raises ValueError where the place is one of another order.
    """
    terms = order_terms(keys, backwards=place.backwards)
    pairs = list(zip(terms, place.values, strict=True))
    if len({term.descending for term in terms}) > 1 or None in place.values:
        return [Stage(_one_by_one(pairs, inclusive=place.inclusive), terms)]
    if connection.vendor == "sqlite" and terms[0].is_emptiness:
        return _stages_with_values_and_without(pairs, inclusive=place.inclusive)
    return [Stage(_at_once(pairs, inclusive=place.inclusive), terms)]


def _stages_with_values_and_without(pairs: Sequence[Pair], *, inclusive: bool) -> list[Stage]:
    """SQLite compares rows by an index only where columns are compared, and not expressions."""
    (emptiness, value), *rest = pairs
    terms = [term for term, _value in rest]
    present = Stage(_equal(emptiness, value) & _at_once(rest, inclusive=inclusive), terms)
    # They come last, so that whoever goes backwards has left them behind.
    empty = Stage(_equal(emptiness, value=True), terms)
    return [present] if emptiness.descending else [present, empty]


def _at_once(pairs: Sequence[Pair], *, inclusive: bool) -> Q:
    """The only form at which a database enters an index, instead of walking up to the place."""
    compare = COMPARISONS[pairs[0][0].descending, inclusive]
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
