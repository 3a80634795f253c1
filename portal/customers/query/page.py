"""Reading pages of a list: by number, after a cursor, or the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connections
from django.db.models import BigIntegerField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.timezone import make_naive

from portal.customers.counters.counts import maintained_count
from portal.customers.models import Customer, CustomerQuerySet
from portal.customers.query.cursor import Cursor, sections_after
from portal.customers.query.ordering import (
    PRIMARY,
    Section,
    in_sections,
    order_sections,
    sort_keys,
    sort_rows,
    without_index,
)
from portal.customers.query.search import Matches
from portal.databases.compiled import CompiledQuery, Row, read_in_turn

# So many rows are skipped where they lie; for pages further on, a cursor is looked up first.
NEAR: Final = 1_000
# The specification's names in its order, and how many customers a page of programs has.
FIELDS: Final = (
    "identifier",
    "email",
    "name",
    "name_parts",
    "is_active",
    "is_verified",
    "last_login",
    "date_joined",
    "locale",
    "last_modified",
)
PAGE_SIZE: Final = 50
# No primary key, of its type.
NO_KEY: Final = Cast(Value(None), BigIntegerField())
# Databases count rows in 64 bits; a number beyond this is past the end of any list.
LARGEST: Final = 10**9


@dataclass(frozen=True)
class Slice:
    """The rows of a page, how many the list has, and the cursors on either side, if any."""

    rows: Sequence[Row]  # the columns of each customer, as Django returns them
    count: int | None = None  # None where it was neither read nor given
    before: Cursor | None = None
    after: Cursor | None = None


@dataclass(frozen=True)
class OrderedScan:
    """Customers read in an order, section by section, from the index of the order.

    `count` is read with the rows, `total` was known before: with it, far pages are read from the
    nearer end. Few customers may be sorted instead (`is_sorted`).
    """

    customers: CustomerQuerySet
    ordering: Sequence[str]
    columns: Sequence[str]
    count: Combinable | None = None
    total: int | None = None
    is_sorted: bool = False

    def read_page(self, start: int, size: int) -> Slice:
        """From the row with this number on. Without rows past the end."""
        if start > NEAR:
            return self._read_far_page(start, size)
        rows = self._read(order_sections(self.ordering), start, size + 1)
        return slice_from(
            start,
            rows,
            size,
            width=len(self.columns),
            keys=len(self._keys()),
            count=self._counted(rows),
        )

    def read_after(self, cursor: Cursor, size: int) -> Slice:
        """The rows after the cursor. Raises ValueError for a cursor of another order."""
        rows = self._read(sections_after(self.ordering, cursor), 0, size + 1)
        return slice_after(cursor, rows, size, width=len(self.columns), count=self._counted(rows))

    def read_last(self, size: int) -> Slice:
        """The last rows of the list."""
        rows = self._read_backwards(0, size)
        return Slice(self._fields(rows), self._counted(rows))

    def _read_far_page(self, start: int, size: int) -> Slice:
        if self.total is not None and self.total - start <= NEAR:
            return self._read_from_end(self.total - start, size)
        cursor = self._find_cursor(start)
        return self.read_after(cursor, size) if cursor else Slice((), 0)

    def _read_from_end(self, left: int, size: int) -> Slice:
        """The page that begins `left` rows before the end."""
        behind = max(0, left - size)
        rows = self._read_backwards(behind, left - behind) if left > 0 else []
        return Slice(
            self._fields(rows),
            self.total if rows else 0,
            before=self._cursor(rows[0], backwards=True) if rows else None,
            after=self._cursor(rows[-1]) if rows and behind else None,
        )

    def _read_backwards(self, behind: int, limit: int) -> list[Row]:
        """Rows counted from the end, in the order of the list."""
        return self._read(order_sections(self.ordering, backwards=True), behind, limit)[::-1]

    def _find_cursor(self, start: int) -> Cursor | None:
        """Before the row with this number, read from an index alone, from the nearer end."""
        backwards = self.total is not None and start > self.total // 2
        offset = (self.total or 0) - 1 - start if backwards else start
        sections = order_sections(self.ordering, backwards=backwards)
        querysets = [
            found.values_list(*self._keys_in_index(section))
            for section, found in zip(sections, self._querysets(sections), strict=True)
        ]
        rows = read_in_turn(querysets, 1, start=offset)
        return Cursor(rows[0], inclusive=True) if rows else None

    def _keys_in_index(self, section: Section) -> Sequence[Combinable]:
        """The sort keys, with nothing for the primary key where the index has none."""
        expressions = [term.expression for term in section.terms]
        has_primary = PRIMARY.expression in expressions
        return self._keys() if has_primary else [*self._keys()[:-1], NO_KEY]

    def _read(self, sections: Sequence[Section], start: int, limit: int) -> list[Row]:
        """The columns, the values of the sort keys, and the count if there is one."""
        counts = [] if self.count is None else [self.count]
        columns = [*self.columns, *self._keys(), *counts]
        querysets = [each.values_list(*columns) for each in self._querysets(sections)]
        return read_in_turn(querysets, limit, start=start)

    def _querysets(self, sections: Sequence[Section]) -> list[CustomerQuerySet]:
        if self.is_sorted:
            sections = [without_index(each) for each in sections]
        return in_sections(self.customers, sections)

    def _keys(self) -> list[Any]:
        return [key.expression for key in sort_keys(self.ordering)]

    def _fields(self, rows: Sequence[Row]) -> list[Row]:
        return [row[: len(self.columns)] for row in rows]

    def _cursor(self, row: Row, *, backwards: bool = False) -> Cursor:
        return _cursor(row, len(self.columns), len(self.ordering) + 1, backwards=backwards)

    def _counted(self, rows: Sequence[Row]) -> int | None:
        if self.count is None or not rows:
            return self.total
        return int(rows[0][-1] or 0)


@dataclass(frozen=True)
class SortedMatches:
    """The matches of a selective search: no row is read but those of the page."""

    customers: CustomerQuerySet
    matches: Matches
    ordering: Sequence[str]
    columns: Sequence[str]

    def read_page(self, start: int, size: int) -> Slice:
        """From the match with this number on. Without rows past the end."""
        rows = self._read([row[0] for row in self.matches.rows[start : start + size]])
        width, count = len(self.columns), len(self.matches.rows)
        is_last = start + size >= count
        return Slice(
            [row[:width] for row in rows],
            count if rows else 0,
            before=self._cursor(rows[0], backwards=True) if rows and start else None,
            after=None if is_last or not rows else self._cursor(rows[-1]),
        )

    def read_after(self, cursor: Cursor, size: int) -> Slice:
        """The matches after the cursor."""
        rows = self._read(self._keys_after(cursor)[: size + 1])
        return slice_after(
            cursor, rows, size, width=len(self.columns), count=len(self.matches.rows)
        )

    def _keys_after(self, cursor: Cursor) -> list[int]:
        """The primary keys, in the direction of the cursor: it is sorted among the matches."""
        mark = self._mark(cursor)
        rows = sort_rows([*self.matches.rows, mark], self.ordering)
        position = next(number for number, row in enumerate(rows) if row is mark)
        # The row of the cursor, if it is still there, stands right before the mark.
        has_own = position > 0 and rows[position - 1][: len(mark)] == mark
        own = int(has_own and cursor.inclusive != cursor.backwards)
        keys = [row[0] for row in rows]
        if cursor.backwards:
            return keys[: position - own][::-1]
        return keys[position - own : position] + keys[position + 1 :]

    def _mark(self, cursor: Cursor) -> Row:
        """A row with the values of the cursor, as the driver would return it."""
        connection = connections[self.customers.db]
        *keys, _primary = sort_keys(self.ordering)
        if len(cursor.values) != len(keys) + 1:
            raise ValueError(f"Not a cursor of the order by {self.ordering}")
        *values, primary = cursor.values
        found = [key.field.to_python(value) for key, value in zip(keys, values, strict=True)]
        if not connection.features.supports_timezones:
            found = [
                make_naive(value, connection.timezone) if isinstance(value, datetime) else value
                for value in found
            ]
        return (primary, *found)

    def _read(self, keys: Sequence[int]) -> list[Row]:
        """The customers with these primary keys, in their order; some may be gone by now."""
        if not keys:
            return []
        values = [key.expression for key in sort_keys(self.ordering)]
        rows = self.customers.filter(pk__in=keys).values_list(*self.columns, *values)
        by_key = {row[-1]: row for row in rows}
        return [by_key[key] for key in keys if key in by_key]

    def _cursor(self, row: Row, *, backwards: bool = False) -> Cursor:
        return _cursor(row, len(self.columns), len(self.ordering) + 1, backwards=backwards)


def slice_after(
    cursor: Cursor, rows: Sequence[Row], size: int, *, width: int, count: int | None
) -> Slice:
    """From the rows after a cursor, in its direction: one more than shown if there are more.

    The first `width` values of a row are shown, the sort keys follow.
    """
    keys = len(cursor.values)
    shown = [row[:width] for row in rows[:size]]
    further = None
    if len(rows) > size:
        further = _cursor(rows[size - 1], width, keys, backwards=cursor.backwards)
    # Where no row is left, the way back must still find the last one.
    back = cursor.turned(inclusive=not cursor.inclusive)
    if shown:
        back = _cursor(rows[0], width, keys, backwards=not cursor.backwards)
    if cursor.backwards:
        return Slice(shown[::-1], count, before=further, after=back)
    return Slice(shown, count, before=back, after=further)


def slice_from(
    start: int, rows: Sequence[Row], size: int, *, width: int, keys: int, count: int | None
) -> Slice:
    """From the rows at a number: one more than shown if there are more. Others count the list."""
    shown = [row[:width] for row in rows[:size]]
    before = _cursor(rows[0], width, keys, backwards=True) if rows and start else None
    if len(rows) <= size:
        return Slice(shown, start + len(rows) if rows else 0, before)
    return Slice(shown, count, before, _cursor(rows[size - 1], width, keys))


def read_default_page(organizer_id: int, cursor: Cursor | None) -> Slice | None:
    """Programs' first page of all customers in the default order, or the one after a cursor.

    Most requests of programs are for these. None where the cursor is not at an email, or goes
    backwards: such pages are composed. The caller checks the scope.
    """
    width = len(FIELDS)
    if cursor is None:
        rows = _first_page.rows(organizer_id)
        return slice_from(0, rows, PAGE_SIZE, width=width, keys=2, count=_last_value(rows))
    email = cursor.values[0]
    if cursor.backwards or cursor.inclusive or not isinstance(email, str):
        return None
    rows = _next_page.rows(organizer_id, email)
    return slice_after(cursor, rows, PAGE_SIZE, width=width, count=_last_value(rows))


def _default_pages(organizer_id: int, sections: Sequence[Section]) -> list[Any]:
    customers = Customer.objects.filter(organizer_id=organizer_id)
    columns: list[Any] = [*FIELDS, "email_key", "pk", maintained_count(organizer_id, {})]
    return [
        each.values_list(*columns)[: PAGE_SIZE + 1] for each in in_sections(customers, sections)
    ]


_first_page = CompiledQuery(
    lambda organizer: _default_pages(organizer, order_sections(["email"])),
    int,
    limit=PAGE_SIZE + 1,
)
_next_page = CompiledQuery(
    lambda organizer, email: _default_pages(
        organizer, sections_after(["email"], Cursor([email, None]))
    ),
    int,
    str,
    limit=PAGE_SIZE + 1,
)


def _last_value(rows: Sequence[Row]) -> int | None:
    return int(rows[0][-1]) if rows else None


def last_page(count: int, size: int) -> int:
    """The number of the last page; an empty list has one as well."""
    return max(1, -(-count // size))


def _cursor(row: Row, width: int, keys: int, *, backwards: bool = False) -> Cursor:
    return Cursor(row[width : width + keys], backwards=backwards)
