"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

Two plans are needed. Of a rare word the index knows all customers at once, and they are few
enough to be sorted. A common one is met soon by whoever walks the order and looks at each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
from django.db import connections
from django.db.models import Aggregate, BooleanField, F, Func, Q, TextField, Value

from portal.customers.folding import fold

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from portal.customers.models import CustomerQuerySet

# More customers than this are too many to be sorted for each page.
MOST: Final = 10_000
TRIGRAM: Final = 3
# What migration 0004 makes on SQLite: the trigrams of `search_text`, by the customer's id.
INDEX_ON_SQLITE: Final = "customers_search"


def search_words(search: str) -> list[str]:
    """What has to be part of the text, each: folded as the text is."""
    return fold(search).split()


def find_rare(customers: CustomerQuerySet, words: Sequence[str]) -> Sequence[int] | None:
    """The primary keys of those who match; None where these are more than MOST, or may be."""
    if not any(len(word) >= TRIGRAM for word in words):
        return None
    found = matching_by_index(customers, words).order_by().values("pk")[: MOST + 1]
    text = found.aggregate(keys=Keys("pk"))["keys"]
    keys: list[int] = orjson.loads(text) if text else []
    return keys if len(keys) <= MOST else None


def matching_by_index(customers: CustomerQuerySet, words: Sequence[str]) -> CustomerQuerySet:
    """Those who match, however many, in no order."""
    if connections[customers.db].vendor == "postgresql":
        for word in words:
            customers = customers.filter(search_text__contains=word)
        return customers
    if trigrams := _trigrams(words):
        # A table that no model has, joined by its rowid.
        joined = customers.extra(  # noqa: S610
            tables=[INDEX_ON_SQLITE],
            where=[
                f"{INDEX_ON_SQLITE} MATCH %s",
                f"{INDEX_ON_SQLITE}.rowid = {customers.model._meta.db_table}.id",
            ],
            params=[trigrams],
        )
        customers = cast("CustomerQuerySet", joined)
    return matching_in_turn(customers, words)


def matching_in_turn(customers: CustomerQuerySet, words: Sequence[str]) -> CustomerQuerySet:
    """The same customers, told by looking at each: no index is ever used for the words."""
    for word in words:
        customers = customers.filter(Q(Contains(F("search_text"), Value(word))))
    return customers


def among(customers: CustomerQuerySet, keys: Sequence[int]) -> CustomerQuerySet:
    """Those with these primary keys, however many, as one value of the query."""
    return customers.filter(Q(IsAmong(F("pk"), Value(orjson.dumps(keys).decode()))))


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


class Keys(Aggregate):
    """All of them, as a JSON array in one text: quicker than as many rows."""

    template = "JSON_AGG(%(expressions)s)::TEXT"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="JSON_GROUP_ARRAY(%(expressions)s)", **extra
        )


class IsAmong(Func):
    """Whether a number is in a JSON array."""

    arg_joiner = " = ANY(ARRAY(SELECT JSON_ARRAY_ELEMENTS_TEXT("
    template = "(%(expressions)s::JSON)::BIGINT)))"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        joiner, template = " IN (SELECT value FROM JSON_EACH(", "(%(expressions)s)))"
        return self.as_sql(compiler, connection, arg_joiner=joiner, template=template, **extra)
