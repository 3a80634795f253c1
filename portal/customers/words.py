"""Words of a search as conditions: of the indexes of trigrams, or to be seen in each text.

pg_trgm on PostgreSQL, FTS5 on SQLite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import connections
from django.db.models import BigIntegerField, BooleanField, F, Func

from portal.customers.asked import Condition, database_to_read
from portal.slots import Slot

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TRIGRAM: Final = 3
# What is more than itself in a pattern.
SPECIAL: Final = re.compile(r"[\\%_]")
ESCAPED: Final = r"\\\g<0>"
# Of punctuation alone pg_trgm makes no trigram.
TELLING: Final = re.compile(r"[a-z0-9]{3}")
# What migration 0004 makes on SQLite: the trigrams of `search_text`, by the customer's id.
INDEX_ON_SQLITE: Final = "customers_search"
OWNER: Final = Slot("organizer", None, BigIntegerField())


def are_indexed(words: Sequence[str]) -> bool:
    """Whether an index knows any of them."""
    return any(len(word) >= TRIGRAM for word in words)


def indexed(words: Sequence[str], *, is_joined: bool = False) -> list[Condition]:
    """Each word is part of the text: for whoever wants all who match, however many.

    Or stops after some of them, and has INDEX_ON_SQLITE among the tables of the query.
    """
    parts = [*map(_telling_part, words)]
    if connections[database_to_read()].vendor == "postgresql":
        return [*_alike(parts), *contained(words, but=parts)]
    return [*_having(_trigrams(parts), is_joined=is_joined), *contained(words)]


def contained(words: Sequence[str], *, but: Sequence[str] = ()) -> list[Condition]:
    """Told by looking at each text: no index is ever used for them."""
    # A query may have a part with all words and one with some: the slots are of the same words.
    slots = [Slot(f"word {n}", word) for n, word in enumerate(words) if word not in but]
    return [Condition(Contains(F("search_text"), slot), slot) for slot in slots]


def _telling_part(word: str) -> str:
    """An email without its domain, which many share: an index has to go through all of them."""
    mailbox, at, _domain = word.partition("@")
    return mailbox + at if TELLING.search(mailbox) else word


def _alike(parts: Sequence[str]) -> list[Condition]:
    patterns = [f"%{SPECIAL.sub(ESCAPED, part)}%" for part in parts]
    slots = [Slot(f"pattern {number}", pattern) for number, pattern in enumerate(patterns)]
    return [Condition(IsLike(F("search_text"), slot), slot) for slot in slots]


def _having(trigrams: str, *, is_joined: bool) -> list[Condition]:
    if not trigrams:
        return []
    slot = Slot("trigrams", trigrams)
    if is_joined:
        return [Condition(IsJoined(F("pk"), slot, OWNER, OWNER), slot)]
    return [Condition(HasTrigrams(F("pk"), slot), slot)]


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
    """Whether the index on SQLite has all of the trigrams for a customer.

    All of them are noted before the first customer is looked at.
    """

    arg_joiner = " IN (SELECT rowid FROM customers_search WHERE customers_search MATCH "
    template = "(%(expressions)s))"
    output_field = BooleanField()


class IsJoined(Func):
    """The same, where the index is a table of the query: it goes no further than is asked for.

    It goes by primary keys, and begins with that of the organizer's first customer.
    """

    template = f"""
        (%s = {INDEX_ON_SQLITE}.rowid AND {INDEX_ON_SQLITE} MATCH %s
        AND {INDEX_ON_SQLITE}.rowid >= (SELECT MIN(first) FROM (
            SELECT MIN(id) AS first FROM customers_customer
            WHERE organizer_id = %s AND is_active = 1 UNION ALL
            SELECT MIN(id) FROM customers_customer WHERE organizer_id = %s AND is_active = 0)))"""  # noqa: S608
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_extra: Any) -> Any:
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        sql = self.template % tuple(part for part, _values in parts)
        return sql, tuple(value for _part, values in parts for value in values)
