"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

Two plans are needed. Of a rare word the index knows all customers at once, and they are few
enough to be sorted. A common one is met soon by whoever walks the order and looks at each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
from django.db.models import BooleanField, F, Func

from portal.customers.asked import Asked, Condition
from portal.customers.counts import CAP, Combination, Conditions, Counts, meets
from portal.customers.facets import Seen, group_by_combination
from portal.customers.folding import fold
from portal.customers.words import (
    INDEX_ON_SQLITE,
    HasTrigrams,
    IsJoined,
    are_indexed,
    contained,
    indexed,
)
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from portal.customers.models import CustomerQuerySet

# More customers are too many to be sorted for each page, and to be counted at once.
MOST: Final = CAP


@dataclass(frozen=True)
class Matches:
    """Whom a search finds, of any customers among those that it was made for.

    The words have to be part of the text, each. Where they are rare, it is known who has them: by
    combination their numbers in the order of the list, with their primary keys.
    """

    words: Sequence[str]
    rare: Mapping[Combination, Sequence[tuple[int, int]]] | None = None
    # Whether there are more than MOST, as far as that is known.
    are_many: bool = False
    # All of the organizer, where that was told as well.
    kept: Counts | None = None

    @property
    def are_walked(self) -> bool:
        """Whether no index knows any of the words."""
        return bool(self.words) and self.rare is None and not self.are_many

    @cached_property
    def seen(self) -> Seen:
        """How many they are, where they are rare."""
        if self.rare is None:
            return Seen(None, self.are_many)
        return Seen(Counts({combination: len(found) for combination, found in self.rare.items()}))

    def known_in_order(self, conditions: Conditions) -> Sequence[int] | None:
        """The primary keys of those who meet the conditions, where they are rare."""
        if self.rare is None:
            return None
        found = (some for combination, some in self.rare.items() if meets(combination, conditions))
        return [key for _number, key in sorted(chain.from_iterable(found))]

    def all_in(self, asked: Asked) -> Asked:
        """All of them, in no order."""
        known = self.known_in_order({})
        return _looked_at(asked, indexed(self.words)) if known is None else among(asked, known)

    def met_in(self, asked: Asked) -> Asked:
        """The same, where they are not known, for whoever walks an order to see some of them."""
        return _looked_at(asked, contained(self.words))


def among(asked: Asked, keys: Sequence[int]) -> Asked:
    """Those who have one of these primary keys, however many, as one value of the query."""
    slot = Slot("keys", orjson.dumps(keys).decode())
    return asked.where([Condition(IsAmong(F("pk"), slot), slot)])


def find_matches(asked: Asked, search: str, ordering: Sequence[str]) -> Matches:
    """One query, to the index, where a word is long enough for it."""
    words = fold(search).split()
    if not are_indexed(words):
        return Matches(words)
    texts, kept = group_by_combination(_joined(asked, words), ordering, at_most=MOST)
    if texts is None:
        return Matches(words, are_many=True, kept=kept)
    rare = {each: list(zip(*orjson.loads(text), strict=True)) for each, text in texts.items()}
    return Matches(words, rare, kept=kept)


def _joined(asked: Asked, words: Sequence[str]) -> Asked:
    """All who match, for whoever stops soon. Only so does Django ask a table that has no model."""
    conditions = indexed(words, is_joined=True)
    if not any(isinstance(each.expression, IsJoined) for each in conditions):
        return _looked_at(asked, conditions)
    met = asked.where(conditions)

    def compose() -> CustomerQuerySet:
        tables = [INDEX_ON_SQLITE]
        return cast("CustomerQuerySet", met.compose().extra(tables=tables))  # noqa: S610

    return replace(met, compose=compose)


def _looked_at(asked: Asked, conditions: Sequence[Condition]) -> Asked:
    """Those who meet the conditions, most quickly found where a look at many is needed.

    PostgreSQL still has the choice to enter the trigrams first; SQLite would sort whom they name.
    """
    met = asked.where(conditions)
    if not conditions or any(isinstance(each.expression, HasTrigrams) for each in conditions):
        return met
    return replace(met, compose=lambda: met.compose().as_stored())


class IsAmong(Func):
    """Whether a number is in a JSON array."""

    arg_joiner = " = ANY(ARRAY(SELECT JSON_ARRAY_ELEMENTS_TEXT("
    template = "(%(expressions)s::JSON)::BIGINT)))"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        joiner, template = " IN (SELECT value FROM JSON_EACH(", "(%(expressions)s)))"
        return self.as_sql(compiler, connection, arg_joiner=joiner, template=template, **extra)
