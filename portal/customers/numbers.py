"""How many customers a search asks for: kept by the database, seen in time, or counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db import connections

from portal.customers.asked import Asked, InQuery, database_to_read
from portal.customers.counts import (
    ALL,
    CAP,
    Conditions,
    Count,
    Counts,
    KeptCounts,
    counted_number,
    kept_number,
    up_to,
)
from portal.customers.facets import Seen, count_by_combination
from portal.organizers.models import Organizer

# So many customers can be looked at one by one in the time that facets have.
IN_TIME: Final = 20_000


@dataclass(frozen=True)
class Numbers:
    """Of the customers of an organizer who are asked for.

    They meet the conditions and are among the others' choice: those whom all other filters leave,
    or None where there are no other filters.
    """

    organizer: Organizer
    asked: Callable[[], Asked]
    conditions: Conditions
    left_by_others: Callable[[], Asked] | None
    kept: KeptCounts
    # What a search knows of the others' choice already.
    seen: Seen
    # Whether the search has to look at each customer, for want of an index for its words.
    is_walked: bool
    # Whether they all fit on a page, or nearly.
    are_few: bool

    def exact(self) -> int:
        """How many they are. Counts them where no number is kept."""
        return self._exact

    def exact_for_plan(self) -> int | None:
        """exact() where the database is worse at guessing than it is quick at one more query."""
        return self.exact() if connections[database_to_read()].vendor == "sqlite" else None

    @cached_property
    def _exact(self) -> int:
        known = self.kept.read() if self.left_by_others is None else self.seen.counts
        if known is not None:
            return known.matching(self.conditions)
        return up_to(None, self.asked().compose()).count()

    @property
    def in_query(self) -> InQuery | None:
        """The same within a query for something else; None where that is better without."""
        if self.left_by_others is None:
            # The slots of its conditions are those of whoever is asked for.
            return InQuery(lambda: kept_number(self.organizer, self.conditions), {}, "kept")
        if self.seen.counts is not None or self.are_few:
            return None
        return counted_in_query(self.asked())

    @property
    def facets(self) -> Counts | None:
        """By combination all whom the other filters leave; None for too many, or for too long."""
        return self._seen.counts

    @property
    def seen_at_least(self) -> int | None:
        """How many the other filters leave; ALL for too many, None where it takes too long."""
        if self._seen.counts is not None:
            return self._seen.counts.total
        return ALL if self._seen.are_many else None

    @property
    def at_once(self) -> Count | None:
        """How many they are, or are at least; None where only a query for them would tell."""
        if self._seen.counts is not None:
            return Count(self._seen.counts.matching(self.conditions))
        if self._seen.are_many and not self.conditions:
            return Count(CAP, is_exact=False)
        return None

    @cached_property
    def _seen(self) -> Seen:
        if self.left_by_others is None:
            return Seen(self.kept.read())
        if self.seen.are_many or self.seen.counts is not None:
            return self.seen
        among = IN_TIME if self.is_walked else None
        seen = count_by_combination(self.left_by_others(), CAP, among)
        self.kept.learn(seen.kept)
        return seen


def counted_in_query(asked: Asked, *, at_most: int | None = None) -> InQuery:
    """How many are asked for, as far as one counts."""
    return InQuery(
        lambda: counted_number(asked.compose(), at_most=at_most),
        asked.given,
        (asked.shape, at_most),
    )
