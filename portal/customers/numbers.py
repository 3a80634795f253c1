"""How many customers a search asks for: kept by the database, seen in time, or counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Subquery

from portal.customers.counts import Conditions, Counts, counted_number, kept_number
from portal.customers.facets import count_by_combination
from portal.customers.models import CustomerQuerySet
from portal.customers.pages import CAP, Count
from portal.organizers.models import Organizer


@dataclass(frozen=True)
class Numbers:
    """Of the customers of an organizer who are asked for.

    They meet the conditions and are among the others' choice: those whom all other filters leave,
    or None where there are no other filters.
    """

    organizer: Organizer
    asked: CustomerQuerySet
    conditions: Conditions
    left_by_others: CustomerQuerySet | None
    read_kept: Callable[[], Counts]

    def exact(self) -> int:
        """How many they are. Counts them where no number is kept."""
        if self.left_by_others is None:
            return self.read_kept().matching(self.conditions)
        return self.asked.count()

    @property
    def in_query(self) -> Subquery:
        """How many they are, within a query for something else."""
        if self.left_by_others is None:
            return kept_number(self.organizer, self.conditions)
        return counted_number(self.asked)

    @property
    def facets(self) -> Counts | None:
        """By combination all whom the other filters leave; None for too many, or for too long."""
        seen = self._seen
        return None if seen is None or self._is_cut else seen

    @property
    def at_once(self) -> Count | None:
        """How many they are, or are at least; None where only a query for them would tell."""
        if self._seen is None or (self._is_cut and self.conditions):
            return None
        if self._is_cut:
            return Count(CAP, is_exact=False)
        return Count(self._seen.matching(self.conditions))

    @cached_property
    def _seen(self) -> Counts | None:
        if self.left_by_others is None:
            return self.read_kept()
        return count_by_combination(self.left_by_others, CAP + 1)

    @property
    def _is_cut(self) -> bool:
        """Whether there are more than were looked at."""
        return bool(self.left_by_others is not None and self._seen and self._seen.total > CAP)
