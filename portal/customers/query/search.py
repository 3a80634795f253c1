"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

A customer matches if its search text contains each word of the search. Words that may be a phone
number also match the digits of a customer's phone number.

A selective search has few matches. An index scan of the trigrams reads all of them, and Python
sorts them. For an unselective search, the database scans the index of the order and compares each
text until the page is full. A search with words that are too short for trigrams counts as selective
if a scan finds few matches within a time limit.

With the permission to read notes, the search text includes the notes. The texts with notes have a
second index, so that searches without this permission are not slower.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan

from portal.customers.counters.maintained_counts import (
    FACETS,
    FacetConditions,
    FacetCounts,
    meets_conditions,
    read_combination,
    read_maintained_counts,
    read_rows_with_totals,
)
from portal.customers.fields import IgnoringCase
from portal.customers.models import (
    HAS_NOTES,
    SEARCH_INDEX_ON_SQLITE,
    SEARCH_INDEXES_ON_SQLITE,
    TEXT_WITH_NOTES,
    Customer,
    CustomerQuerySet,
)
from portal.customers.normalization import email_keys, normalize, remove_invisible, search_words
from portal.customers.phones import phone_key, searched_digits
from portal.customers.query.ordering import sort_keys, sort_rows
from portal.customers.query.pasted import extract_pasted
from portal.databases.compiled import SQL, CompiledQuery
from portal.databases.time_limits import TimeLimitExceeded
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

TRIGRAM: Final = 3
# Matches three letters or digits, because pg_trgm makes no trigrams of punctuation.
HAS_TRIGRAM: Final = re.compile(r"[a-z0-9]{3}")
# Selects the primary keys of customers by trigrams from an FTS5 table.
KEYS_IN_INDEX: Final = "SELECT rowid FROM {0} WHERE {0} MATCH %s"
# With ORDER BY, SQLite merges the results of two indexes row by row, and can stop early. Without a
# LIMIT, SQLite would ignore the ORDER BY of a subquery.
SORTED: Final = " ORDER BY 1 LIMIT -1"
# SQLite reads the first table of a CROSS JOIN first, and stops when the LIMIT of the query is
# reached.
JOINED: Final = """SELECT matches.* FROM ({keys}) AS keys
    CROSS JOIN ({matches}) AS matches ON matches.pk = keys.rowid"""
# The alias of TEXT_WITH_NOTES in a queryset.
WITH_NOTES: Final = "text_with_notes"
# Matches two characters of ASCII. Two characters have no trigram, so PostgreSQL looks up the
# trigrams of a character of BEFORE_PAIR and the two characters.
PAIR: Final = re.compile(r"[!-~]{2}")
BEFORE_PAIR: Final = r"(^|[ \n@_.'&+$-]|[a-z0-9])"
# A search with words that are too short for trigrams is unselective if a scan finds this many
# matches within the time limit of counting: about a hundredth of the customers.
UNSELECTIVE_FROM: Final = 1_000
# The LIMIT of a scan. An organizer with at most COUNT_CAP customers has a larger LIMIT, so that all
# matches are read.
LIMIT: Final = """CASE WHEN
    (SELECT SUM(number) FROM customers_customercount WHERE organizer_id = %s) <= %s
    THEN %s ELSE %s END"""
# The maximum number of exact matches. Many customers may have the same external identifier.
MAX_EXACT_MATCHES: Final = 5
# The fields of an exact match that the page shows.
EXACT_MATCH_FIELDS: Final = frozenset(
    {"id", "identifier", "external_identifier", "email", "phone", "name", "state"}
)
EXACT_COLUMNS: Final = tuple(
    field.attname for field in Customer._meta.concrete_fields if field.attname in EXACT_MATCH_FIELDS
)


@dataclass(frozen=True)
class Search:
    """The normalized words of a search, and the digits of a possible phone number.

    A customer matches if its search text contains all `words`. If there is a `number`, the search
    text must also contain all words of `number`, or the phone number must contain the `digits`.
    With `in_notes`, the search text includes the notes.
    """

    words: Sequence[str]
    number: Sequence[str] = ()
    digits: str = ""
    in_notes: bool = False

    @classmethod
    def parse(cls, text: str, *, country: str = "", in_notes: bool = False) -> Search:
        """Parse the text of a search field, which may be pasted: see extract_pasted().

        Phone numbers without a country code are numbers of `country`.
        """
        pasted, digits = _parse_pasted(text, country)
        others, numeric = ("", pasted) if digits else _split_number(pasted)
        if numeric and not digits:
            digits = searched_digits(numeric, country)
        if not digits:
            return cls(search_words(pasted), in_notes=in_notes)
        words, number = search_words(others), normalize(numeric).split()
        if number == [digits] or not any(map(_has_trigram, [*words, *number])):
            # The digits become a word, because the search text contains the digits of the phone
            # number. Numbers of pairs of digits, as in France, are searched for like that, too.
            return cls([*words, digits], in_notes=in_notes)
        return cls(words, number, digits, in_notes)

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.number

    @property
    def is_indexed(self) -> bool:
        """Whether a word is long enough for the trigram index."""
        return any(map(_has_trigram, [*self.words, *self.number]))

    def filter_matches(
        self, customers: CustomerQuerySet, *, finds_pairs: bool = False
    ) -> CustomerQuerySet:
        """The matching customers, for a query that reads all matches.

        SQLite uses the trigram index if a word has a trigram, and otherwise compares all texts in
        physical order. PostgreSQL chooses between index and scan. With `finds_pairs`, PostgreSQL
        also uses the index for words of two ASCII characters. If many customers match, this use of
        the index is slower than a scan.
        """
        if connections[customers.db].vendor == "postgresql":
            finds_pairs = finds_pairs and not self.is_indexed
            found = self._indexed_condition("search_text", finds_pairs=finds_pairs)
            if self.in_notes:
                customers = customers.alias(**{WITH_NOTES: TEXT_WITH_NOTES})
                found |= HAS_NOTES & self._indexed_condition(WITH_NOTES, finds_pairs=finds_pairs)
            return customers.filter(found).in_physical_order()
        matches = self._filter_by_comparison(customers)
        if keys := self._key_query_on_sqlite():
            return matches.filter(pk__in=RawSQL(*keys))  # noqa: S611
        return matches.in_physical_order()

    def compile_match_query(self, customers: CustomerQuerySet, columns: Sequence[Any]) -> SQL:
        """A query for matches in any order.

        With a LIMIT, SQLite also stops reading the trigram index.

        The first one of `columns` is `pk`.
        """
        keys = self._key_query_on_sqlite() if connections[customers.db].vendor == "sqlite" else None
        if keys is None:
            found = self.filter_matches(customers, finds_pairs=True).values_list(*columns)
            return found.query.sql_with_params()
        sql, parameters = (
            self._filter_by_comparison(customers).values_list(*columns).query.sql_with_params()
        )
        return JOINED.format(keys=keys[0], matches=sql), [*keys[1], *parameters]

    def _key_query_on_sqlite(self) -> SQL | None:
        """A query for primary keys from SQLite's trigram index; None if all words are too short."""
        parts = [*map(_selective_part, self.words)]
        alternatives = [[*parts, *self.number], [*parts, self.digits]]
        trigrams = _fts5_query_for_any_words(alternatives[: 1 + bool(self.digits)])
        if not trigrams:
            return None
        tables = SEARCH_INDEXES_ON_SQLITE if self.in_notes else [SEARCH_INDEX_ON_SQLITE]
        keys = " UNION ".join(map(KEYS_IN_INDEX.format, tables)) + SORTED
        return keys, [trigrams] * len(tables)

    def _indexed_condition(self, text: str, *, finds_pairs: bool) -> Q:
        """The condition on a text, in a form for which PostgreSQL can use a trigram index."""
        parts = [*map(_selective_part, self.words)]
        found = Q(*(_column_contains(text, part, finds_pairs=finds_pairs) for part in parts))
        found &= _column_contains_words(text, set(self.words) - set(parts))
        if not self.digits:
            return found
        # The search text also contains the phone number, so the index of the search text finds the
        # digits.
        in_phone = _column_contains(text, self.digits) & _column_contains_words(
            "phone_key", [self.digits]
        )
        return found & (Q(*(_column_contains(text, word) for word in self.number)) | in_phone)

    def matches_without_notes(self, customer: Customer) -> bool:
        """Whether the customer matches even without its notes.

        The condition is that of filter_by_scan().
        """
        text = customer.search_text
        is_number = all(word in text for word in self.number) or (
            bool(self.digits) and self.digits in (customer.phone_key or "")
        )
        return is_number and all(word in text for word in self.words)

    def filter_by_scan(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        """The matching customers, for a scan in the order of the list without the trigram index."""
        return self._filter_by_comparison(customers).in_physical_order()

    def _filter_by_comparison(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        found = self._scanned_condition("search_text")
        if self.in_notes:
            # The texts are joined only for the few customers with notes, because joining takes
            # time.
            customers = customers.alias(**{WITH_NOTES: TEXT_WITH_NOTES})
            found |= HAS_NOTES & self._scanned_condition(WITH_NOTES)
        return customers.filter(found)

    def _scanned_condition(self, text: str) -> Q:
        """The condition of a scan that compares a text without a trigram index."""
        found = _column_contains_words(text, self.words)
        if self.digits:
            found &= _column_contains_words(text, self.number) | _column_contains_words(
                "phone_key", [self.digits]
            )
        return found


def _split_number(text: str) -> tuple[str, str]:
    """Split a text into the words with letters, and the words that may be a phone number."""
    words = text.split()
    numeric = [word for word in words if not any(map(str.isalpha, word))]
    return " ".join(word for word in words if word not in numeric), " ".join(numeric)


def _has_trigram(word: str) -> bool:
    return len(word) >= TRIGRAM


def _column_contains(text: str, part: str, *, finds_pairs: bool = False) -> Q:
    if finds_pairs and PAIR.fullmatch(part):
        return Q((f"{text}__regex", BEFORE_PAIR + re.escape(part)))
    return Q((f"{text}__contains", part))


def _column_contains_words(column: str, words: Iterable[str]) -> Q:
    # StrIndex instead of `contains`, for which PostgreSQL would use the trigram index.
    return Q(*(GreaterThan(StrIndex(column, Value(word)), 0) for word in words))


def _selective_part(word: str) -> str:
    """The part of a word to look up in the index.

    The domain of an email is not looked up, because many customers have the same domain.
    """
    mailbox, at, _domain = word.partition("@")
    return mailbox + at if HAS_TRIGRAM.search(mailbox) else word


def _fts5_query_for_any_words(alternatives: Sequence[Sequence[str]]) -> str:
    """A query of FTS5 for rows with all trigrams of at least one list of words."""
    return " OR ".join(f"({each})" for each in map(_fts5_query_for_words, alternatives) if each)


def _fts5_query_for_words(words: Sequence[str]) -> str:
    # Every third trigram and the last one contain all characters of a word. FTS5 reads the rows of
    # each trigram. The trigrams between them would exclude few more rows, and the text is compared
    # afterwards.
    trigrams = dict.fromkeys(
        word[start : start + TRIGRAM]
        for word in words
        if (last := len(word) - TRIGRAM) >= 0
        for start in (*range(0, last, TRIGRAM), last)
    )
    return " AND ".join('"{}"'.format(trigram.replace('"', '""')) for trigram in trigrams)


@dataclass(frozen=True)
class SearchMatches:
    """All matches of a selective search, sorted in the order of the list.

    A row has the primary key, the values of the sort keys, and the facets, as the database driver
    returns them.
    """

    rows: Sequence[tuple[Any, ...]]

    def count_facets(self) -> FacetCounts:
        facets = Counter(row[-len(FACETS) :] for row in self.rows)
        return FacetCounts({read_combination(values): number for values, number in facets.items()})

    def with_conditions(self, conditions: FacetConditions) -> SearchMatches:
        """The matches that meet all conditions on facets."""
        if not conditions:
            return self
        combinations = {row[-len(FACETS) :] for row in self.rows}
        wanted = {
            each for each in combinations if meets_conditions(read_combination(each), conditions)
        }
        return SearchMatches([row for row in self.rows if row[-len(FACETS) :] in wanted])


def find_search_matches(
    organizer: Organizer,
    customers: CustomerQuerySet,
    search: Search,
    ordering: Sequence[str],
    *,
    most: int | None = None,
    many: int = UNSELECTIVE_FROM,
) -> tuple[SearchMatches | None, FacetCounts]:
    """Find the matches among the customers, and read the maintained counts.

    The matches are None if there are more than `most`. For words that are too short for the index,
    the matches are also None if there are `many` or more. The matches give the count, the counts by
    facets and every page of the list without another query for the order.
    """
    columns = ("pk", *(key.expression for key in sort_keys(ordering)[:-1]), *FACETS)
    read = partial(_read_matches, organizer, customers.db, ordering)
    cap = settings.COUNT_CAP
    try:
        if not search.is_indexed:
            scan = search.filter_by_scan(customers).values_list(*columns).query.sql_with_params()
            limit = LIMIT, [organizer.pk, cap, cap + 1, min(many, cap + 1)]
            with suppress(TimeLimitExceeded):
                return read(scan, limit, milliseconds=int(settings.FACET_MILLISECONDS))
        return read(search.compile_match_query(customers, columns), (str((most or cap) + 1), ()))
    except EmptyResultSet:
        return SearchMatches([]), read_maintained_counts(organizer)


def _read_matches(
    organizer: Organizer,
    alias: str,
    ordering: Sequence[str],
    query: SQL,
    limit: SQL,
    *,
    milliseconds: int | None = None,
) -> tuple[SearchMatches | None, FacetCounts]:
    """All matches, or None if there are `limit` or more. Raises TimeLimitExceeded."""
    others = len(ordering)
    rows, totals = read_rows_with_totals(
        organizer, alias, *query, limit=limit, others=others, milliseconds=milliseconds
    )
    return (None if rows is None else SearchMatches(sort_rows(rows, ordering))), totals


def find_exact_matches(organizer: Organizer, text: str) -> list[Customer]:
    """At most MAX_EXACT_MATCHES customers whose email, phone or an identifier equals the text.

    External identifiers are case-sensitive. Raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    pasted, digits = _parse_pasted(text, organizer.country)
    emails = (email_keys(pasted) * 2)[:2]
    phone = phone_key(pasted, organizer.country) if digits else None
    # An external identifier may begin or end with punctuation.
    values = (pasted.lower(), *emails, remove_invisible(text), pasted, phone or "")
    rows = _exact_matches.read_rows(organizer.pk, *values)
    # The dict removes duplicates: a customer whose external identifier is its email is in two rows.
    return [*{row[0]: Customer.from_db(None, EXACT_COLUMNS, row) for row in rows}.values()]


def _parse_pasted(text: str, country: str) -> tuple[str, str]:
    """Extract what to search for from a text, and its digits if it may be a phone number."""
    if all(map(str.isalpha, text.split())):
        return text, ""
    pasted = extract_pasted(text)
    return pasted, searched_digits(pasted, country)


_exact_matches = CompiledQuery(
    # One query for each condition. For one query with OR, PostgreSQL would scan all customers by
    # primary key.
    lambda organizer, identifier, email, other_spelling, external, pasted_external, phone: [
        Customer.objects.filter(condition, organizer_id=organizer)
        .order_by("pk")
        .values_list(*EXACT_COLUMNS)[:MAX_EXACT_MATCHES]
        for condition in (
            Q(Exact(IgnoringCase("identifier"), Value(identifier))),
            Q(email_key=email),
            Q(email_key=other_spelling),
            Q(external_identifier=external),
            Q(external_identifier=pasted_external),
            Q(phone_key=phone),
        )
    ],
    int,
    *[str] * 6,
    limit=MAX_EXACT_MATCHES,
)
