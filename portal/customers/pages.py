"""Pages of a search, as people read them: with a number that is exact as far as that is cheap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.paginator import EmptyPage

from portal.customers.counts import CAP, Count
from portal.customers.models import Customer
from portal.customers.numbers import Numbers, counted_in_query
from portal.customers.stretches import Walk

# A line of the list says nothing of these.
UNSEEN: Final = frozenset(
    {"phone", "notes", "last_modified", "name_key", "email_key", "search_text"}
)
COLUMNS: Final = tuple(
    field.attname for field in Customer._meta.concrete_fields if field.attname not in UNSEEN
)
# Databases count rows in 64 bits; a number beyond this is past the end of any list.
LARGEST: Final = 10**9


@dataclass(frozen=True)
class CustomerPage:
    """Some customers of a list, and where they stand in it."""

    number: int
    size: int
    count: Count
    rows: Sequence[Customer] = ()
    is_last: bool = False

    @property
    def start_index(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def end_index(self) -> int:
        return min(self.number * self.size, self.count.number)

    @property
    def last(self) -> int | None:
        """The number of the last page, where it is known."""
        return last_page(self.count.number, self.size) if self.count.is_exact else None


def last_page(count: int, size: int) -> int:
    """The number of the last page; an empty list has one as well."""
    return max(1, -(-count // size))


def read_page(walk: Walk, numbers: Numbers, number: int | None, size: int) -> CustomerPage:
    """The last page where there is no number. Raises EmptyPage past the end."""
    if number and number > LARGEST:
        raise EmptyPage
    known = numbers.at_once
    if known and known.is_exact:
        return _counted(walk, known.number, number or last_page(known.number, size), size)
    return _uncounted(walk, known, number, size) if number else _last(walk, size)


def _counted(walk: Walk, count: int, number: int, size: int) -> CustomerPage:
    start = (number - 1) * size
    if start and start >= count:
        raise EmptyPage
    walk = replace(walk, count=None, number=lambda: count)
    rows = _customers(walk.read_from(start, size).rows)
    return CustomerPage(number, size, Count(count), rows, is_last=start + size >= count)


def _uncounted(walk: Walk, known: Count | None, number: int, size: int) -> CustomerPage:
    """Of more than CAP customers, or of nobody knows how many, which the query then tells."""
    start = (number - 1) * size
    seen = None if known else counted_in_query(walk.asked, at_most=CAP + 1)
    stretch = replace(walk, count=seen, number=None).read_from(start, size)
    if start and not stretch:
        raise EmptyPage
    is_last = stretch.after is None
    # Whoever has come further knows of more, and at the end of all.
    least = Count(max(CAP, start + len(stretch)), is_exact=is_last)
    count = least if known or stretch.count > CAP else Count(stretch.count)
    return CustomerPage(number, size, count, _customers(stretch.rows), is_last=is_last)


def _last(walk: Walk, size: int) -> CustomerPage:
    """From the end of the list, wherever that is."""
    stretch = walk.read_last(size)
    number = last_page(stretch.count, size)
    rows = _customers(stretch.rows)[-(stretch.count - (number - 1) * size) :]
    return CustomerPage(number, size, Count(stretch.count), rows, is_last=True)


def _customers(rows: Iterable[Sequence[Any]]) -> list[Customer]:
    return [Customer.from_db(None, COLUMNS, row) for row in rows]
