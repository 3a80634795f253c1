"""Stretches of a search: some customers in its order, and where it goes on from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final

from django.db.models import BigIntegerField, Expression, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from portal.customers.asked import Asked, InQuery, database_to_read
from portal.customers.orderings import PRIMARY, Section, order_keys, order_sections
from portal.customers.places import Place, sections_beyond
from portal.customers.sections import Found, Statement, Values, compile_place, compile_sections
from portal.slots import KeptByShape

# So many rows are skipped where they lie; further on, it pays to find the place in the index first.
NEAR: Final = 1_000
# A column without a value, of a type that other parts of a query can have as well.
NOTHING: Final = Cast(Value(None), BigIntegerField())
NOBODY: Final = Found([])
kept = KeptByShape[Statement | None]()


@dataclass(frozen=True)
class Stretch:
    """Fields of some customers, how many there are in all, and what lies on either side, if any."""

    count: int
    found: Found = NOBODY
    width: int = 0  # behind so many fields a row has what only the walk needs
    before: Place | None = None
    after: Place | None = None

    @property
    def raw(self) -> list[Values]:
        """The fields of each customer, as the driver returns them."""
        return [row[: self.width] for row in self.found.raw]

    @property
    def rows(self) -> list[Values]:
        """The fields of each customer, as Django returns them."""
        return [row[: self.width] for row in self.found.convert(self.found.raw)]

    def __len__(self) -> int:
        return len(self.found)


@dataclass(frozen=True)
class Walk:
    """Customers in the order by the keys, of whom the fields are read.

    The count is what the database says in the same query, the number the same on its own; each
    where somebody wants to know it. Without a count, the number is asked for where the list goes
    on, and far pages are read from the nearer end by it: it must be true. Without either, the
    count of a list that goes on is 0.
    """

    asked: Asked
    keys: Sequence[str]
    fields: Sequence[str]
    count: InQuery | None
    number: Callable[[], int] | None

    def read_from(self, start: int, size: int) -> Stretch:
        """From the customer with this number on. The count is 0 past the end."""
        if start > NEAR:
            return self._read_far(start, size)
        sections = partial(order_sections, self.keys)
        found = self._read(sections, ("from",), self.asked.given, start, size + 1)
        shown, further = found[:size], len(found) > size
        return Stretch(
            count=self._count(found) if further else start + len(found) if found else 0,
            found=shown,
            width=len(self.fields),
            before=self._beside(shown.one(0), backwards=True) if shown and start else None,
            after=self._beside(shown.one(-1)) if further else None,
        )

    def read_beyond(self, place: Place, size: int) -> Stretch:
        """Beyond the place. Raises ValueError where it is one of another order."""
        given = {**self.asked.given, **place.given}
        sections = partial(sections_beyond, self.keys, place)
        found = self._read(sections, place.shape, given, 0, size + 1)
        shown, further = found[:size], None
        if len(found) > size:
            further = self._beside(shown.one(-1), backwards=place.backwards)
        # Where nobody is left, who turned round here must still find the last one.
        back = place.turned(inclusive=not place.inclusive)
        if shown:
            back = self._beside(shown.one(0), backwards=not place.backwards)
        return Stretch(
            count=self._count(found),
            found=shown[::-1] if place.backwards else shown,
            width=len(self.fields),
            before=further if place.backwards else back,
            after=back if place.backwards else further,
        )

    def read_last(self, size: int) -> Stretch:
        """The end of the list, in its order."""
        found = self._read_backwards(0, size)
        return Stretch(self._count(found), found, len(self.fields))

    def _read_far(self, start: int, size: int) -> Stretch:
        """From the end, if that is near, or by the place of the first one, where an index leads."""
        total = self.number() if self.number else None
        # Whoever had to count need not count once more.
        walk = self if total is None else replace(self, count=None, number=lambda: total)
        if total is not None and total - start <= NEAR:
            return walk._read_from_end(total - start, size)
        found = walk._places(start, total)
        return walk.read_beyond(Place(found.one(0), inclusive=True), size) if found else Stretch(0)

    def _read_from_end(self, left: int, size: int) -> Stretch:
        """From where so many are left on."""
        behind = max(0, left - size)
        found = self._read_backwards(behind, left - behind) if left > 0 else NOBODY
        return Stretch(
            count=self._count(found) if found else 0,
            found=found,
            width=len(self.fields),
            before=self._beside(found.one(0), backwards=True) if found else None,
            after=self._beside(found.one(-1)) if found and behind else None,
        )

    def _read_backwards(self, behind: int, limit: int) -> Found:
        """From the end, so many behind them, in the order of the list."""
        sections = partial(order_sections, self.keys, backwards=True)
        return self._read(sections, ("last",), self.asked.given, behind, limit)[::-1]

    def _places(self, start: int, total: int | None) -> Found:
        """That of the customer with this number, from the nearer end, where that is known."""
        backwards = total is not None and start > total // 2
        offset = total - 1 - start if total is not None and backwards else start

        def build() -> Statement | None:
            sections = order_sections(self.keys, backwards=backwards)
            pairs = zip(self.asked.in_sections(sections), sections, strict=True)
            places = [found.values_list(*self._place_in(section)) for found, section in pairs]
            return compile_place(places, len(self._key_expressions))

        return self._ask(build, ("place", backwards), self.asked.given, offset, 1)

    def _place_in(self, section: Section) -> Sequence[Combinable]:
        """The keys, as far as they are in the index that the section is read from."""
        is_by_key = PRIMARY.expression in (term.expression for term in section.terms)
        return self._key_expressions[: None if is_by_key else -1]

    @cached_property
    def _key_expressions(self) -> list[Expression | F]:
        return [key.expression for key in order_keys(self.keys)]

    def _read(
        self,
        sections: Callable[[], Sequence[Section]],
        shape: tuple[Any, ...],
        given: Mapping[str, Any],
        start: int,
        limit: int,
    ) -> Found:
        """The fields, behind them the values of the order's keys, and the count."""

        def build() -> Statement | None:
            count = self.count.compose() if self.count else NOTHING
            columns = [*self.fields, *self._key_expressions, count]
            customers = self.asked.in_sections(sections())
            return compile_sections([each.values_list(*columns) for each in customers])

        given = {**given, **self.count.given} if self.count else given
        whole = (tuple(self.fields), self.count and self.count.shape, shape)
        return self._ask(build, whole, given, start, limit)

    def _ask(
        self,
        build: Callable[[], Statement | None],
        shape: tuple[Any, ...],
        given: Mapping[str, Any],
        start: int,
        limit: int,
    ) -> Found:
        whole = (database_to_read(), self.asked.shape, tuple(self.keys), shape)
        statement = kept.get(whole, build)
        return statement.read(given, start, limit) if statement else NOBODY

    def _beside(self, row: Values, *, backwards: bool = False) -> Place:
        return Place(row[len(self.fields) : -1], backwards=backwards)

    def _count(self, found: Found) -> int:
        if self.count and found:
            return int(found.raw[0][-1] or 0)
        return self.number() if self.number else 0
