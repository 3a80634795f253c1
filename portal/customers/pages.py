"""Pages of a search, as people read them: with a number that is exact as far as that is cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.paginator import EmptyPage
from django.utils.formats import number_format

from portal.customers.counts import counted_number

if TYPE_CHECKING:
    from portal.customers.models import Customer, CustomerQuerySet

# As far as people count: beyond it they read "10,000+", until the exact number is there.
CAP: Final = 10_000
# Databases count rows in 64 bits; a number beyond this is past the end of any list.
LARGEST: Final = 10**9


@dataclass(frozen=True)
class Count:
    """How many there are; or how many there are at least, where that is all one knows."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return number_format(self.number) + ("" if self.is_exact else "+")


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


def read_counted(customers: CustomerQuerySet, count: int, number: int, size: int) -> CustomerPage:
    """A page of so many customers. Raises EmptyPage past the end."""
    start = _start(number, size)
    if start and start >= count:
        raise EmptyPage
    rows = list(customers[start : start + size])
    return CustomerPage(number, size, Count(count), rows, is_last=start + size >= count)


def read_uncounted(
    customers: CustomerQuerySet, number: int, size: int, *, is_over: bool
) -> CustomerPage:
    """A page of more than CAP customers; or of nobody knows how many, which the query then tells.

    Raises EmptyPage past the end.
    """
    start = _start(number, size)
    if not is_over:
        customers = customers.annotate(seen=counted_number(customers, at_most=CAP + 1))
    found = list(customers[start : start + size + 1])
    if start and not found:
        raise EmptyPage
    rows, is_last = found[:size], len(found) <= size
    seen: int = CAP + 1 if is_over else getattr(found[0], "seen", 0) if found else 0
    # Whoever has come further knows of more, and at the end of all.
    known = Count(max(CAP, start + len(rows)), is_exact=is_last)
    return CustomerPage(number, size, known if seen > CAP else Count(seen), rows, is_last=is_last)


def read_last(backwards: CustomerQuerySet, size: int) -> CustomerPage:
    """The last page, from the end of the list, which is given in its reverse order: one query."""
    counted = backwards.annotate(seen=counted_number(backwards))
    found = list(counted[:size])
    count: int = getattr(found[0], "seen", 0) if found else 0
    number = last_page(count, size)
    rows = found[: count - (number - 1) * size]
    return CustomerPage(number, size, Count(count), rows[::-1], is_last=True)


def _start(number: int, size: int) -> int:
    if number > LARGEST:
        raise EmptyPage
    return (number - 1) * size
