"""Stretches of a search: some customers in its order, and where it goes on from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Subquery

from portal.customers.models import CustomerQuerySet
from portal.customers.orderings import order_terms
from portal.customers.places import Place

Values = tuple[object, ...]


@dataclass(frozen=True)
class Stretch:
    """Fields of some customers, how many there are in all, and what lies on either side, if any."""

    count: int
    rows: Sequence[Values]
    before: Place | None = None
    after: Place | None = None


def read_from(
    customers: CustomerQuerySet,
    count: Subquery,
    keys: Sequence[str],
    fields: Sequence[str],
    start: int,
    size: int,
) -> Stretch:
    """From the customer with this number on. The count is 0 past the end."""
    ordered = customers.in_order(keys)
    found = _read(ordered, count, keys, fields, slice(start, start + size + 1))
    rows = found[:size]
    return Stretch(
        count=_count(found),
        rows=[row[: len(fields)] for row in rows],
        before=_beside(rows[0], fields, backwards=True) if rows and start else None,
        after=_beside(rows[-1], fields) if len(found) > size else None,
    )


def read_beyond(
    customers: CustomerQuerySet,
    count: Subquery,
    keys: Sequence[str],
    fields: Sequence[str],
    place: Place,
    size: int,
) -> Stretch:
    """Beyond the place. The count is 0 where nobody is. Raises ValueError in another order."""
    found: list[Values] = []
    for stage in customers.stages_beyond(keys, place):
        missing = size + 1 - len(found)
        found += _read(stage, count, keys, fields, slice(missing)) if missing else []
    rows = found[:size]
    further = _beside(rows[-1], fields, backwards=place.backwards) if len(found) > size else None
    # Where nobody is left, who turned round here must still find the last one.
    back = place.turned(inclusive=not place.inclusive)
    if rows:
        back = _beside(rows[0], fields, backwards=not place.backwards)
    return Stretch(
        count=_count(found),
        rows=[row[: len(fields)] for row in (reversed(rows) if place.backwards else rows)],
        before=further if place.backwards else back,
        after=back if place.backwards else further,
    )


def _read(
    ordered: CustomerQuerySet,
    count: Subquery,
    keys: Sequence[str],
    fields: Sequence[str],
    limits: slice,
) -> list[Values]:
    """The fields, behind them the values of the order's terms, and the count: one query for all."""
    terms = [term.expression for term in order_terms(keys)]
    return list(ordered.values_list(*fields, *terms, count)[limits])


def _count(found: Sequence[Values]) -> int:
    return int(str(found[0][-1])) if found else 0


def _beside(row: Values, fields: Sequence[str], *, backwards: bool = False) -> Place:
    return Place(row[len(fields) : -1], backwards=backwards)
