"""Places within an order: where a page ends, whatever happens to the customers around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

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

from portal.customers.orderings import Section, Term, order_keys, order_sections, order_terms
from portal.slots import Slot


@dataclass(frozen=True)
class Place:
    """Beside the customer that has, or had, these values in the keys of an order.

    What lies beyond it follows in the order, or precedes it where `backwards`; the customer itself
    counts only where `inclusive`. Times may be text, as in JSON.
    """

    values: Sequence[Any]  # whatever the columns hold
    backwards: bool = False
    inclusive: bool = False

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the SQL for a place depends on, in one order."""
        known = (value if _is_written(value) else Slot for value in self.values)
        return (self.backwards, self.inclusive, *known)

    @property
    def given(self) -> dict[str, Any]:
        """The values by the names of their slots."""
        return {f"place {number}": value for number, value in enumerate(self.values)}

    def slots(self, keys: Sequence[str]) -> list[Any]:
        """The values in their slots, but those that the SQL depends on."""
        pairs = zip(self.given.items(), order_keys(keys), strict=True)
        return [
            value if _is_written(value) else Slot(name, value, key.field)
            for (name, value), key in pairs
        ]

    def turned(self, *, inclusive: bool) -> Place:
        """The other way from here."""
        return replace(self, backwards=not self.backwards, inclusive=inclusive)


def _is_written(value: Any) -> bool:
    """Whether the SQL for it is another one than for other values."""
    return value is None or isinstance(value, bool)


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


def sections_beyond(keys: Sequence[str], place: Place) -> list[Section]:
    """What lies beyond the place in the order by these keys, section by section.

    Raises ValueError where the place is one of another order.
    """
    if len(place.values) != len(order_keys(keys)):
        raise ValueError(f"Not a place in the order by {keys}: {len(place.values)} values")
    if len(keys) > 1:
        return [_beyond_one_by_one(keys, place)]
    sections = order_sections(keys, backwards=place.backwards)
    is_empty = place.values[0] is None
    while sections[0].is_empty != is_empty and len(sections) > 1:
        del sections[0]
    own, *further = sections
    if own.is_empty:
        return [_within(own, [(own.terms[-1], place.slots(keys)[-1])], place), *further]
    # Of a unique key the value is enough. Whoever compares with it has one.
    pairs = list(zip(own.terms, place.slots(keys), strict=False))
    own = own._replace(condition=Q())
    if connection.vendor == "sqlite" and len(pairs) > 1:
        return [*_in_two(own, pairs, place), *further]
    return [_within(own, pairs, place), *further]


def _within(section: Section, pairs: Sequence[Pair], place: Place) -> Section:
    """What of the section lies beyond these values."""
    beyond = _at_once(pairs, inclusive=place.inclusive)
    return section._replace(condition=section.condition & beyond)


def _in_two(section: Section, pairs: Sequence[Pair], place: Place) -> list[Section]:
    """Who is equal in the key, and who is further: SQLite enters an index by one comparison."""
    (term, value), last = pairs
    equal = _within(section._replace(condition=_equal(term, value)), [last], place)
    further = section._replace(condition=_at_once([(term, value)], inclusive=False))
    return [equal, further]


def _beyond_one_by_one(keys: Sequence[str], place: Place) -> Section:
    """Several keys may go different ways, and each may have no value."""
    terms = order_terms(keys, backwards=place.backwards)
    values: list[Any] = []
    for key, value in zip(order_keys(keys), place.slots(keys), strict=True):
        values += [value is None, value] if key.can_be_empty else [value]
    pairs = list(zip(terms, values, strict=True))
    return Section(_one_by_one(pairs, inclusive=place.inclusive), terms)


def _at_once(pairs: Sequence[Pair], *, inclusive: bool) -> Q:
    """The only form at which a database enters an index, instead of walking up to the place."""
    compare = COMPARISONS[pairs[0][0].descending, inclusive]
    values = [_compared(term, value) for term, value in pairs]
    if len(pairs) == 1:
        return Q(compare(pairs[0][0].expression, values[0]))
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
    return Q(compare(term.expression, _compared(term, value)))


def _equal(term: Term, value: Any) -> Q:
    if value is None:
        return Q(IsNull(term.expression, True))  # noqa: FBT003
    return Q(Exact(term.expression, _compared(term, value)))


def _compared(term: Term, value: Any) -> Value:
    return value if isinstance(value, Slot) else Value(value, term.field)
