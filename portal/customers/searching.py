"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

Two plans are needed. Of a rare word the index knows all customers at once, and they are few
enough to be sorted. A common one is met soon by whoever walks the order and looks at each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import connections
from django.db.models import BooleanField, F, Func

from portal.customers.asked import Asked, Condition, database_to_read
from portal.customers.counts import CAP, Combination, Counts
from portal.customers.facets import Seen, group_by_combination
from portal.customers.folding import fold
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# More customers are too many to be sorted for each page, and to be counted at once.
MOST: Final = CAP
TRIGRAM: Final = 3
# What is more than itself in a pattern.
SPECIAL: Final = re.compile(r"[\\%_]")
ESCAPED: Final = r"\\\g<0>"
# Of punctuation alone pg_trgm makes no trigram.
TELLING: Final = re.compile(r"[a-z0-9]{3}")
# What migration 0004 makes on SQLite: the trigrams of `search_text`, by the customer's id.
INDEX_ON_SQLITE: Final = "customers_search"
KEYS: Final = {"postgresql": "JSON_AGG(id)::TEXT", "sqlite": "JSON_GROUP_ARRAY(id)"}


@dataclass(frozen=True)
class Matches:
    """Whom a search finds, of any customers among those that it was made for.

    The words have to be part of the text, each. Where they are rare, it is known who has them:
    primary keys, by combination.
    """

    words: Sequence[str]
    rare: Mapping[Combination, Sequence[int]] | None = None
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
        return Seen(Counts({combination: len(keys) for combination, keys in self.rare.items()}))

    def all_in(self, asked: Asked) -> Asked:
        """All of them, in no order."""
        return self._known_in(asked) or _looked_at(asked, indexed(self.words))

    def met_in(self, asked: Asked) -> Asked:
        """The same, for whoever walks an order to see some of them."""
        return self._known_in(asked) or _looked_at(asked, _contained(self.words))

    def _known_in(self, asked: Asked) -> Asked | None:
        if self.rare is None:
            return None
        # However many, as one value of the query.
        keys = orjson.dumps([*chain.from_iterable(self.rare.values())]).decode()
        slot = Slot("keys", keys)
        return asked.where([Condition(IsAmong(F("pk"), slot), slot)])


def find_matches(asked: Asked, search: str) -> Matches:
    """One query, to the index, where a word is long enough for it."""
    words = fold(search).split()
    if not any(len(word) >= TRIGRAM for word in words):
        return Matches(words)
    # All keys of a combination as one text, which is quicker than as many rows.
    met = _looked_at(asked, indexed(words))
    texts, kept = group_by_combination(met, KEYS[_vendor()], at_most=MOST + 1)
    rare = {combination: orjson.loads(text) for combination, text in texts.items()}
    are_many = sum(map(len, rare.values())) > MOST
    return Matches(words, None if are_many else rare, are_many, kept)


def _looked_at(asked: Asked, conditions: Sequence[Condition]) -> Asked:
    """Those who meet the conditions, most quickly found where a look at many is needed.

    PostgreSQL still has the choice to enter the trigrams first; SQLite would sort whom they name.
    """
    met = asked.where(conditions)
    if not conditions or any(isinstance(each.expression, HasTrigrams) for each in conditions):
        return met
    return replace(met, compose=lambda: met.compose().as_stored())


def indexed(words: Sequence[str]) -> list[Condition]:
    """Each word is part of the text: for whoever wants all who match, however many."""
    parts = [*map(_telling_part, words)]
    if _vendor() == "postgresql":
        return [*_alike(parts), *_contained(words, but=parts)]
    return [*_having(_trigrams(parts)), *_contained(words)]


def _vendor() -> str:
    return connections[database_to_read()].vendor


def _telling_part(word: str) -> str:
    """An email without its domain, which many share: an index has to go through all of them."""
    mailbox, at, _domain = word.partition("@")
    return mailbox + at if TELLING.search(mailbox) else word


def _contained(words: Sequence[str], *, but: Sequence[str] = ()) -> list[Condition]:
    """Told by looking at each text: no index is ever used for them."""
    # A query may have a part with all words and one with some: the slots are of the same words.
    slots = [Slot(f"word {n}", word) for n, word in enumerate(words) if word not in but]
    return [Condition(Contains(F("search_text"), slot), slot) for slot in slots]


def _alike(parts: Sequence[str]) -> list[Condition]:
    patterns = [f"%{SPECIAL.sub(ESCAPED, part)}%" for part in parts]
    slots = [Slot(f"pattern {number}", pattern) for number, pattern in enumerate(patterns)]
    return [Condition(IsLike(F("search_text"), slot), slot) for slot in slots]


def _having(trigrams: str) -> list[Condition]:
    slots = [Slot("trigrams", trigrams)] if trigrams else []
    return [Condition(HasTrigrams(F("pk"), slot), slot) for slot in slots]


def _trigrams(words: Sequence[str]) -> str:
    """In FTS5's language: whoever has all of a word's trigrams may have the word."""
    trigrams = dict.fromkeys(
        word[start : start + TRIGRAM] for word in words for start in range(len(word) - TRIGRAM + 1)
    )
    return " ".join('"{}"'.format(trigram.replace('"', '""')) for trigram in trigrams)


class Contains(Func):
    """Whether a text has another one as its part."""

    template = "(STRPOS(%(expressions)s) > 0)"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(INSTR(%(expressions)s) > 0)", **extra)


class IsLike(Func):
    """Whether a text has a pattern, for which PostgreSQL has an index."""

    arg_joiner = " LIKE "
    template = "(%(expressions)s)"
    output_field = BooleanField()


class HasTrigrams(Func):
    """Whether the index on SQLite has all of the trigrams for a customer."""

    arg_joiner = " IN (SELECT rowid FROM customers_search WHERE customers_search MATCH "
    template = "(%(expressions)s))"
    output_field = BooleanField()


class IsAmong(Func):
    """Whether a number is in a JSON array."""

    arg_joiner = " = ANY(ARRAY(SELECT JSON_ARRAY_ELEMENTS_TEXT("
    template = "(%(expressions)s::JSON)::BIGINT)))"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        joiner, template = " IN (SELECT value FROM JSON_EACH(", "(%(expressions)s)))"
        return self.as_sql(compiler, connection, arg_joiner=joiner, template=template, **extra)
