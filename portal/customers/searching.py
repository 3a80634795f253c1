"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

Two plans are needed. Of a rare word the index knows all customers at once, and they are few
enough to be sorted. A common one is met soon by whoever walks the order and looks at each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import connections
from django.db.models import BooleanField, F, Func, Q, Value

from portal.customers.counts import CAP, FACETS, Combination, Counts
from portal.customers.facets import group_by_combination
from portal.customers.folding import fold
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from portal.customers.models import CustomerQuerySet

# More customers are too many to be sorted for each page, and to be counted at once.
MOST: Final = CAP
TRIGRAM: Final = 3
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

    @property
    def are_walked(self) -> bool:
        """Whether no index knows any of the words."""
        return bool(self.words) and self.rare is None and not self.are_many

    @cached_property
    def counts(self) -> Counts | None:
        """How many they are, where they are rare."""
        if self.rare is None:
            return None
        return Counts({combination: len(keys) for combination, keys in self.rare.items()})

    @cached_property
    def slots(self) -> list[Slot] | None:
        """What SQL for them compares with; None where that depends on the words."""
        if self.rare is not None:
            return [_slot_for([*chain.from_iterable(self.rare.values())])]
        return None if self.words else []

    def all_in(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        """All of them, in no order."""
        if self.rare is not None:
            return customers.filter(Q(IsAmong(F("pk"), *(self.slots or ()))))
        return matching_by_index(customers, self.words) if self.words else customers

    def met_in(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        """The same, for whoever walks an order to see some of them."""
        if self.rare is not None:
            return self.all_in(customers)
        return matching_in_turn(customers, self.words)


def find_matches(customers: CustomerQuerySet, search: str) -> Matches:
    """One query, to the index, where a word is long enough for it."""
    words = fold(search).split()
    if not any(len(word) >= TRIGRAM for word in words):
        return Matches(words)
    found = matching_by_index(customers, words).order_by().values_list("id", *FACETS)
    # All keys of a combination as one text, which is quicker than as many rows.
    texts = group_by_combination(found[: MOST + 1], KEYS[connections[customers.db].vendor])
    rare = {combination: orjson.loads(text) for combination, text in texts.items()}
    are_many = sum(map(len, rare.values())) > MOST
    return Matches(words, None if are_many else rare, are_many)


def matching_by_index(customers: CustomerQuerySet, words: Sequence[str]) -> CustomerQuerySet:
    """Those who match, however many, in no order."""
    parts = [*map(_telling_part, words)]
    if connections[customers.db].vendor == "postgresql":
        for part in parts:
            customers = customers.filter(search_text__contains=part)
        return matching_in_turn(customers, [word for word in words if word not in parts])
    if trigrams := _trigrams(parts):
        customers = customers.filter(Q(HasTrigrams(F("pk"), Value(trigrams))))
    return matching_in_turn(customers, words)


def _telling_part(word: str) -> str:
    """An email without its domain, which many share: an index has to go through all of them."""
    mailbox, at, _domain = word.partition("@")
    return mailbox + at if TELLING.search(mailbox) else word


def matching_in_turn(customers: CustomerQuerySet, words: Sequence[str]) -> CustomerQuerySet:
    """The same customers, told by looking at each: no index is ever used for the words."""
    for word in words:
        customers = customers.filter(Q(Contains(F("search_text"), Value(word))))
    return customers


def _slot_for(keys: Sequence[int]) -> Slot:
    """Primary keys, however many, as one value of a query."""
    return Slot("keys", orjson.dumps(keys).decode())


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
