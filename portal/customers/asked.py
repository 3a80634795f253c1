"""Customers who are asked for, and how the SQL for them is known again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import router
from django.db.models import Func, Q

from portal.customers.counts import CustomerCount
from portal.customers.likelihood import FEW
from portal.customers.orderings import Section, by_sorting
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from portal.customers.models import CustomerQuerySet


def database_to_read() -> str:
    """Its alias. It may be a replica now, and another one within the same request."""
    return router.db_for_read(CustomerCount)


class Condition(NamedTuple):
    """What somebody has to meet, and the one value that it compares with."""

    expression: Func
    slot: Slot


class InQuery(NamedTuple):
    """A number within a query for something else, what is in its slots, and how it is known."""

    compose: Callable[[], Combinable]
    given: Mapping[str, Any]
    shape: Hashable


@dataclass(frozen=True)
class Asked:
    """Customers in no order yet. They are composed only where the SQL for them is not kept."""

    compose: Callable[[], CustomerQuerySet]
    slots: Sequence[Slot]
    # What the SQL depends on beside the names of the slots.
    choices: tuple[Hashable, ...] = ()
    # That somebody meets the filters by time, where it is known: see likelihood.py.
    likelihood: float | None = None

    def where(self, conditions: Sequence[Condition]) -> Asked:
        """Those of them who meet the conditions, each."""
        if not conditions:
            return self
        all_met = [Q(each.expression) for each in conditions]
        slots = [*self.slots, *(each.slot for each in conditions)]
        return replace(self, compose=lambda: self.compose().filter(*all_met), slots=slots)

    def in_sections(self, sections: Iterable[Section]) -> list[CustomerQuerySet]:
        """Those in each section of an order, as it orders them."""
        read = map(by_sorting, sections) if self.likelihood == FEW else sections
        return self.compose().in_sections(read)

    @property
    def shape(self) -> Hashable:
        """The same for all whose SQL is the same, whatever is in its slots."""
        return self.choices, self.likelihood, tuple(slot.name for slot in self.slots)

    @property
    def given(self) -> Mapping[str, Any]:
        """What is in the slots this time."""
        return {slot.name: slot.value for slot in self.slots}
