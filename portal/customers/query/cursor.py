"""Keyset cursors: a position in an order, and the conditions for the rows after this position."""

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

from portal.customers.query.ordering import (
    OrderSection,
    OrderTerm,
    order_sections,
    order_terms,
    sort_keys,
)


@dataclass(frozen=True)
class Cursor:
    """The position of a row in an order, given by its sort key values.

    The row may have been deleted.

    A page after the cursor has the rows that follow in the order, or with `backwards` the rows that
    precede. With `inclusive` the page also has the row of the cursor. Times may be text, as in
    JSON.
    """

    values: Sequence[Any]  # the sort key values; the last one is the primary key
    backwards: bool = False
    inclusive: bool = False

    def reversed(self, *, inclusive: bool) -> Cursor:
        """A cursor at the same position in the other direction."""
        return replace(self, backwards=not self.backwards, inclusive=inclusive)


class RowValue(Func):
    """The row value `(a, b)` of SQL. A comparison uses b only if a is equal."""

    template = "(%(expressions)s)"
    output_field = models.BooleanField()


# The lookup for the rows after a cursor. The keys say whether the order descends, and whether an
# equal value is included.
COMPARISONS: Final = {
    (False, False): GreaterThan,
    (False, True): GreaterThanOrEqual,
    (True, False): LessThan,
    (True, True): LessThanOrEqual,
}
Pair = tuple[OrderTerm, Any]  # a term of the order, and the value of the cursor for this term


def order_sections_after(keys: Sequence[str], cursor: Cursor) -> list[OrderSection]:
    """The sections of an order with only the rows after a cursor.

    OrderSection is described in ordering.py. Raises ValueError for a cursor with another number of
    values.
    """
    if len(cursor.values) != len(sort_keys(keys)):
        raise ValueError(f"Not a cursor of the order by {keys}: {len(cursor.values)} values")
    sections = order_sections(keys, backwards=cursor.backwards)
    is_empty = cursor.values[0] is None
    while sections[0].is_empty != is_empty and len(sections) > 1:
        del sections[0]
    own, *further = sections
    if len(keys) > 1:
        return [_section_after_several_keys(keys, own, cursor), *further]
    if own.is_empty:
        return [_section_after_cursor(own, [(own.terms[-1], cursor.values[-1])], cursor), *further]
    # For a unique key, `terms` has no primary key. The condition that the key is not NULL is not
    # needed, because a comparison with NULL is never true.
    pairs = list(zip(own.terms, cursor.values, strict=False))
    own = own._replace(condition=Q())
    if connection.vendor == "sqlite" and len(pairs) > 1:
        return [*_split_after_cursor(own, pairs, cursor), *further]
    return [_section_after_cursor(own, pairs, cursor), *further]


def _section_after_cursor(
    section: OrderSection, pairs: Sequence[Pair], cursor: Cursor
) -> OrderSection:
    condition = section.condition & _compare_row_values(pairs, inclusive=cursor.inclusive)
    return section._replace(condition=condition)


def _split_after_cursor(
    section: OrderSection, pairs: Sequence[Pair], cursor: Cursor
) -> list[OrderSection]:
    """Split the rows after a cursor: those with the same key, and those with a later key.

    SQLite starts an index scan at a comparison of one column only. So each section has one
    comparison.
    """
    (term, value), primary = pairs
    equal = _section_after_cursor(
        section._replace(condition=_equals_value(term, value)), [primary], cursor
    )
    further = section._replace(condition=_compare_row_values([(term, value)], inclusive=False))
    return [equal, further]


def _section_after_several_keys(
    keys: Sequence[str], section: OrderSection, cursor: Cursor
) -> OrderSection:
    """The rows of a section after a cursor with several keys.

    The keys may have different directions.
    """
    terms = order_terms(keys, backwards=cursor.backwards)
    values: list[Any] = []
    for key, value in zip(sort_keys(keys), cursor.values, strict=True):
        values += [value is None, value] if key.can_be_empty else [value]
    pairs = list(zip(terms, values, strict=True))[len(terms) - len(section.terms) :]
    condition = section.condition & _compare_terms(pairs, inclusive=cursor.inclusive)
    if not section.is_empty:
        # This condition is redundant, but lets the scan of the first key's index start at the
        # cursor.
        condition &= _compare_row_values(pairs[:1], inclusive=True)
    return section._replace(condition=condition)


def _compare_row_values(pairs: Sequence[Pair], *, inclusive: bool) -> Q:
    """A comparison of row values, at which an index scan can start.

    An index scan cannot start at a condition with OR.
    """
    compare = COMPARISONS[pairs[0][0].descending, inclusive]
    values = [Value(value, term.field) for term, value in pairs]
    if len(pairs) == 1:
        return Q(compare(pairs[0][0].expression, values[0]))
    return Q(compare(RowValue(*(term.expression for term, _value in pairs)), RowValue(*values)))


def _compare_terms(pairs: Sequence[Pair], *, inclusive: bool) -> Q:
    """The condition for the rows after a cursor, which compares term by term.

    A row is after the cursor in the first term, or equal in the first term and after the cursor in
    the next term.
    """
    (term, value), *rest = pairs
    further = _is_after_value(term, value, inclusive=inclusive and not rest)
    if not rest:
        return further
    return further | (_equals_value(term, value) & _compare_terms(rest, inclusive=inclusive))


def _is_after_value(term: OrderTerm, value: Any, *, inclusive: bool) -> Q:
    # Nothing is after an empty value, after True in ascending order, or after False in descending
    # order.
    if value is None or (value is not term.descending and isinstance(value, bool)):
        return Q(pk__in=[])
    compare = COMPARISONS[term.descending, inclusive]
    return Q(compare(term.expression, Value(value, term.field)))


def _equals_value(term: OrderTerm, value: Any) -> Q:
    if value is None:
        return Q(IsNull(term.expression, True))  # noqa: FBT003
    return Q(Exact(term.expression, Value(value, term.field)))
