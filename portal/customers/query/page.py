"""Reads a page of a list: by its number, after a cursor, or the last page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connections
from django.db.models import BigIntegerField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.timezone import make_naive

from portal.customers.counters.maintained_counts import maintained_total_expression
from portal.customers.models import Customer, CustomerQuerySet
from portal.customers.query.cursor import Cursor, order_sections_after
from portal.customers.query.ordering import (
    PRIMARY,
    OrderSection,
    order_sections,
    querysets_of_sections,
    section_without_index,
    sort_keys,
    sort_rows,
)
from portal.customers.query.search import SearchMatches
from portal.databases.compiled import CompiledQuery, Row, read_union_all
from portal.databases.time_limits import TimeLimitExceeded

# The ten fields of a customer in the API of pretix, in the order of pretix.
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
# The thirteen fields of a customer in current versions of pretix, in the order of pretix.
ALL_FIELDS: Final = (
    "identifier",
    "external_identifier",
    "email",
    "phone",
    "name",
    "name_parts",
    "is_active",
    "is_verified",
    "last_login",
    "date_joined",
    "locale",
    "last_modified",
    "notes",
)
PAGE_SIZE: Final = 50
# The largest page number. Larger ones might exceed the 64 bits in which databases count rows.
MAX_PAGE_NUMBER: Final = 10**9
# NULL with the type of a primary key, because PostgreSQL requires the same types in a UNION.
NULL_KEY: Final = Cast(Value(None), BigIntegerField())


@dataclass(frozen=True)
class RowPage:
    """The rows of a page, the count of the list, and the cursors of the previous and next page."""

    rows: Sequence[Row]  # the columns of each customer, as Django returns them
    keys: Sequence[Row] = ()  # the sort key values of each row, which end with the primary key
    count: int | None = None  # None if the count was neither read nor given
    before: Cursor | None = None
    after: Cursor | None = None


class RowLayout(NamedTuple):
    """The number of columns and of sort keys in a database row.

    The columns come first, then the sort keys, then sometimes a count.
    """

    columns: int
    sort_keys: int

    def make_cursor(self, row: Row, *, backwards: bool = False) -> Cursor:
        return Cursor(self._sort_key_values(row), backwards=backwards)

    def make_page(
        self, rows: Sequence[Row], count: int | None, **cursors: Cursor | None
    ) -> RowPage:
        """A page with all of these rows."""
        shown = [row[: self.columns] for row in rows]
        return RowPage(shown, [self._sort_key_values(row) for row in rows], count, **cursors)

    def _sort_key_values(self, row: Row) -> Row:
        return row[self.columns : self.columns + self.sort_keys]

    def make_page_from_row(
        self, start: int, rows: Sequence[Row], size: int, count: int | None
    ) -> RowPage:
        """A page that begins at row `start`.

        `rows` has `size` rows, and one more if this is not the last page.
        """
        before = self.make_cursor(rows[0], backwards=True) if rows and start else None
        if len(rows) <= size:
            return self.make_page(rows, start + len(rows) if rows else 0, before=before)
        after = self.make_cursor(rows[size - 1])
        return self.make_page(rows[:size], count, before=before, after=after)

    def make_page_after(
        self, cursor: Cursor, rows: Sequence[Row], size: int, count: int | None
    ) -> RowPage:
        """A page after a cursor.

        `rows` has `size` rows, and one more if this is not the last page.
        """
        shown, onwards = rows[:size], None
        if len(rows) > size:
            onwards = self.make_cursor(rows[size - 1], backwards=cursor.backwards)
        # Without rows, the cursor back to the previous page includes the row of this cursor.
        back = cursor.reversed(inclusive=not cursor.inclusive)
        if shown:
            back = self.make_cursor(rows[0], backwards=not cursor.backwards)
        if cursor.backwards:
            return self.make_page(shown[::-1], count, before=onwards, after=back)
        return self.make_page(shown, count, before=back, after=onwards)


# A function that returns the columns to read for a section: names and expressions.
SectionColumns = Callable[[OrderSection], Sequence[Any]]


@dataclass(frozen=True)
class OrderedIndexScan:
    """Reads pages of customers by a scan of the index of the order.

    `count` is an expression for the number of customers, which is read with the rows. `total` is
    the number of customers, if it is known; far pages are then read from the nearer end of the
    list. `least` is a minimum of the number of customers. With `is_sorted` the database sorts the
    customers instead of scanning an index, which is faster for few customers. `matches` has the
    same customers by another index: the database sorts these if a scan exceeds SCAN_MILLISECONDS.
    """

    customers: CustomerQuerySet
    ordering: Sequence[str]
    columns: Sequence[str]
    count: Combinable | None = None
    total: int | None = None
    least: int = 0
    is_sorted: bool = False
    matches: CustomerQuerySet | None = None

    def read_page(self, start: int, size: int) -> RowPage:
        """The page that begins at row `start`, counted from 0. A page past the end has no rows."""
        if start > settings.FAR_PAGE_OFFSET:
            return self._read_far_page(start, size)
        rows = self._read_rows_forwards(
            order_sections(self.ordering), start, size + 1, self._columns_of_section
        )
        return self._layout.make_page_from_row(start, rows, size, self._count_in_rows(rows))

    def read_page_after(self, cursor: Cursor, size: int) -> RowPage:
        """The page after a cursor. Raises ValueError for a cursor of another order."""
        rows = self._read_rows(
            order_sections_after(self.ordering, cursor), 0, size + 1, self._columns_of_section
        )
        return self._layout.make_page_after(cursor, rows, size, self._count_in_rows(rows))

    def read_last_rows(self, size: int) -> RowPage:
        """The last `size` rows of the list."""
        rows = self._read_rows_backwards(0, size)
        return self._layout.make_page(rows, self._count_in_rows(rows))

    def _read_far_page(self, start: int, size: int) -> RowPage:
        if self.total is not None and self.total - start <= settings.FAR_PAGE_OFFSET:
            return self._read_page_near_end(self.total - start, size)
        cursor = self._find_cursor_at_row(start)
        return self.read_page_after(cursor, size) if cursor else RowPage([], count=0)

    def _read_page_near_end(self, left: int, size: int) -> RowPage:
        """The page that begins `left` rows before the end of the list."""
        skipped = max(0, left - size)
        rows = self._read_rows_backwards(skipped, left - skipped) if left > 0 else []
        if not rows:
            return RowPage([], count=0)
        return self._layout.make_page(
            rows,
            self.total,
            before=self._layout.make_cursor(rows[0], backwards=True),
            after=self._layout.make_cursor(rows[-1]) if skipped else None,
        )

    def _read_rows_backwards(self, skipped: int, limit: int) -> list[Row]:
        """Read rows from the end of the list, and return the rows in the order of the list."""
        sections = order_sections(self.ordering, backwards=True)
        return self._read_rows(sections, skipped, limit, self._columns_of_section)[::-1]

    def _find_cursor_at_row(self, start: int) -> Cursor | None:
        """A cursor for the page that begins at row `start`.

        An index-only scan from the nearer end of the list finds the cursor.
        """
        backwards = self.total is not None and start > self.total // 2
        offset = (self.total or 0) - 1 - start if backwards else start
        sections = order_sections(self.ordering, backwards=backwards)
        read = self._read_rows if backwards else self._read_rows_forwards
        rows = read(sections, offset, 1, self._keys_in_index)
        return Cursor(rows[0], inclusive=True) if rows else None

    def _keys_in_index(self, section: OrderSection) -> list[Any]:
        """The sort keys that the index of a section has.

        NULL replaces a primary key that is not in the index.
        """
        expressions = [term.expression for term in section.terms]
        *others, primary = _sort_key_expressions(self.ordering)
        return [*others, primary if PRIMARY.expression in expressions else NULL_KEY]

    def _columns_of_section(self, _section: OrderSection) -> list[Any]:
        counts = [] if self.count is None else [self.count]
        return [*self.columns, *_sort_key_expressions(self.ordering), *counts]

    def _read_rows_forwards(
        self, sections: Sequence[OrderSection], start: int, limit: int, columns: SectionColumns
    ) -> list[Row]:
        """Read rows from `start` on.

        The first section may have all rows of the page. Then the second section is read only if
        rows are missing.
        """
        first, *others = sections
        # With `matches`, a scan may take as long as its time limit. A second scan could double this
        # time.
        may_suffice = self.matches is None and start + limit <= max(self.least, self.total or 0)
        if others and may_suffice:
            rows = self._read_rows([first], start, limit, columns)
            if len(rows) == limit:
                return rows
        return self._read_rows(sections, start, limit, columns)

    def _read_rows(
        self, sections: Sequence[OrderSection], start: int, limit: int, columns: SectionColumns
    ) -> list[Row]:
        if self.matches is None:
            return self._read_sections(sections, start, limit, columns)
        # All matches may be far down the list. Then the scan exceeds its time limit, and the
        # matches are sorted.
        with suppress(TimeLimitExceeded):
            milliseconds = settings.SCAN_MILLISECONDS
            return self._read_sections(sections, start, limit, columns, milliseconds=milliseconds)
        by_index = replace(self, customers=self.matches, matches=None, is_sorted=True)
        return by_index._read_sections(sections, start, limit, columns)

    def _read_sections(
        self,
        sections: Sequence[OrderSection],
        start: int,
        limit: int,
        columns: SectionColumns,
        *,
        milliseconds: int | None = None,
    ) -> list[Row]:
        ordered = [section_without_index(each) for each in sections] if self.is_sorted else sections
        querysets = [
            customers.values_list(*columns(section))
            for section, customers in zip(
                sections, querysets_of_sections(self.customers, ordered), strict=True
            )
        ]
        return read_union_all(querysets, limit, start=start, milliseconds=milliseconds)

    @property
    def _layout(self) -> RowLayout:
        return RowLayout(len(self.columns), len(self.ordering) + 1)

    def _count_in_rows(self, rows: Sequence[Row]) -> int | None:
        return self.total if self.count is None else _count_in_last_column(rows)


@dataclass(frozen=True)
class SortedSearchMatches:
    """Pages of the matches of a selective search.

    The rows of a page are read by primary key.
    """

    customers: CustomerQuerySet
    matches: SearchMatches
    ordering: Sequence[str]
    columns: Sequence[str]

    def read_page(self, start: int, size: int) -> RowPage:
        """The page that begins at match `start`, counted from 0.

        A page past the end has no rows.
        """
        keys = [row[0] for row in self.matches.rows[start : start + size + 1]]
        return self._layout.make_page_from_row(
            start, self._read_rows(keys), size, len(self.matches.rows)
        )

    def read_page_after(self, cursor: Cursor, size: int) -> RowPage:
        """The page after a cursor. Raises ValueError for a cursor of another order."""
        rows = self._read_rows(self._keys_after(cursor)[: size + 1])
        return self._layout.make_page_after(cursor, rows, size, len(self.matches.rows))

    def _keys_after(self, cursor: Cursor) -> list[int]:
        """The primary keys after a cursor, in the direction of the cursor."""
        cursor_row = self._make_cursor_row(cursor)
        rows = sort_rows([*self.matches.rows, cursor_row], self.ordering)
        position = next(number for number, row in enumerate(rows) if row is cursor_row)
        # If the customer of the cursor is still a match, its row is sorted right before
        # `cursor_row`.
        has_own = position > 0 and rows[position - 1][: len(cursor_row)] == cursor_row
        own = int(has_own and cursor.inclusive != cursor.backwards)
        keys = [row[0] for row in rows]
        if cursor.backwards:
            return keys[: position - own][::-1]
        return keys[position - own : position] + keys[position + 1 :]

    def _make_cursor_row(self, cursor: Cursor) -> Row:
        """A row with the values of the cursor, as the database driver would return them."""
        connection = connections[self.customers.db]
        *keys, _primary = sort_keys(self.ordering)
        if len(cursor.values) != len(keys) + 1:
            raise ValueError(f"Not a cursor of the order by {self.ordering}")
        *values, primary = cursor.values
        typed = [key.field.to_python(value) for key, value in zip(keys, values, strict=True)]
        if not connection.features.supports_timezones:
            typed = [
                make_naive(value, connection.timezone) if isinstance(value, datetime) else value
                for value in typed
            ]
        return (primary, *typed)

    def _read_rows(self, keys: Sequence[int]) -> list[Row]:
        """Read the customers with these primary keys, in this order.

        Deleted customers are missing.
        """
        if not keys:
            return []
        columns = [*self.columns, *_sort_key_expressions(self.ordering)]
        rows = self.customers.filter(pk__in=keys).values_list(*columns)
        by_key = {row[-1]: row for row in rows}
        return [by_key[key] for key in keys if key in by_key]

    @property
    def _layout(self) -> RowLayout:
        return RowLayout(len(self.columns), len(self.ordering) + 1)


def read_default_api_page(organizer_id: int, cursor: Cursor | None) -> RowPage | None:
    """The first page of all customers for API clients, or the page after a cursor of this list.

    Most requests are for these two pages, so their queries are compiled once. Returns None for a
    cursor that is backwards, is inclusive, or has no email. The caller checks the scope.
    """
    layout = RowLayout(len(FIELDS), 2)
    if cursor is None:
        rows = _first_page.read_rows(organizer_id)
        return layout.make_page_from_row(0, rows, PAGE_SIZE, _count_in_last_column(rows))
    email = cursor.values[0]
    if cursor.backwards or cursor.inclusive or not isinstance(email, str):
        return None
    rows = _next_page.read_rows(organizer_id, email)
    return layout.make_page_after(cursor, rows, PAGE_SIZE, _count_in_last_column(rows))


def _default_page_querysets(organizer_id: int, sections: Sequence[OrderSection]) -> list[Any]:
    customers = Customer.objects.filter(organizer_id=organizer_id)
    count = maintained_total_expression(organizer_id)
    columns: list[Any] = [*FIELDS, *_sort_key_expressions(["email"]), count]
    return [
        each.values_list(*columns)[: PAGE_SIZE + 1]
        for each in querysets_of_sections(customers, sections)
    ]


_first_page = CompiledQuery(
    lambda organizer: _default_page_querysets(organizer, order_sections(["email"])),
    int,
    limit=PAGE_SIZE + 1,
)
_next_page = CompiledQuery(
    lambda organizer, email: _default_page_querysets(
        organizer, order_sections_after(["email"], Cursor([email, None]))
    ),
    int,
    str,
    limit=PAGE_SIZE + 1,
)


def last_page_number(count: int, size: int) -> int:
    """The number of the last page. An empty list has one page."""
    return max(1, -(-count // size))


def _sort_key_expressions(ordering: Sequence[str]) -> list[Any]:
    return [key.expression for key in sort_keys(ordering)]


def _count_in_last_column(rows: Sequence[Row]) -> int | None:
    return int(rows[0][-1] or 0) if rows else None
