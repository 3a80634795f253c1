"""Substring search by trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite.

Each word of a search has to be part of the search text. The words that may be a phone number match
also if their digits are a part of the phone number. An index scan of the trigrams reads all matches
of a selective term at once, few enough to be sorted. For an unselective term the index of the order
is scanned and each text compared, until the page is full. A term that is too short for trigrams is
selective if a scan does not meet many matches soon.

For those who may read notes, the notes are part of the text. An index of their own has the texts of
the customers with notes, so that searches of others take no longer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
    Conditions,
    Counts,
    maintained_counts,
    meets,
    read_combination,
    read_with_totals,
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
from portal.customers.normalization import email_keys, normalize, search_words, visible
from portal.customers.phones import part_of_phone, phone_key
from portal.customers.query.ordering import sort_keys, sort_rows
from portal.customers.query.pasted import extract_pasted
from portal.databases.compiled import CompiledQuery
from portal.databases.time_limits import TimeLimitExceeded
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.organizers.models import Organizer

TRIGRAM: Final = 3
# pg_trgm makes no trigram of punctuation alone.
HAS_TRIGRAM: Final = re.compile(r"[a-z0-9]{3}")
# Not a join, although that would stop at a limit: SQLite may begin with the customers, and look up
# each of them in the trigram index.
ROWS_WITH_TRIGRAMS: Final = "SELECT rowid FROM {0} WHERE {0} MATCH %s"
# The name of TEXT_WITH_NOTES in a queryset.
WITH_NOTES: Final = "text_with_notes"
# Two characters have no trigram, but they have some with each character of ASCII before them.
PAIR: Final = re.compile(r"[!-~]{2}")
BEFORE_PAIR: Final = r"(^|[ \n@_.'&+$-]|[a-z0-9])"
# A term that is too short for trigrams is unselective if a scan finds so many matches in the time
# that counting may take: about a hundredth of the customers.
MANY: Final = 1_000
# All matches of an organizer with at most COUNT_CAP customers.
LIMIT: Final = """CASE WHEN
    (SELECT SUM(number) FROM customers_customercount WHERE organizer_id = %s) <= %s
    THEN %s ELSE %s END"""
# Any number of customers may share an external identifier.
MOST_EXACT: Final = 5
# The fields that an exact match shows.
SHOWN: Final = frozenset(
    {"id", "identifier", "external_identifier", "email", "phone", "name", "state"}
)
EXACT_COLUMNS: Final = tuple(
    field.attname for field in Customer._meta.concrete_fields if field.attname in SHOWN
)


@dataclass(frozen=True)
class Search:
    """The words of a search, without case and accents, and what may be a part of a phone number.

    A customer matches if its text has all `words` and, where there is a number, either its text
    has all words of `number` or its phone number has `digits`. With `in_notes`, the text has the
    notes, too.
    """

    words: Sequence[str]
    number: Sequence[str] = ()
    digits: str = ""
    in_notes: bool = False

    @classmethod
    def parse(cls, text: str, *, country: str = "", in_notes: bool = False) -> Search:
        """The search for a text, which may be pasted from an email or a link: see extract_pasted().

        `country` is that of phone numbers without a country code.
        """
        meant, digits = _meant(text, country)
        others, numeric = ("", meant) if digits else _split_number(meant)
        if numeric and not digits:
            digits = part_of_phone(numeric, country)
        if not digits:
            return cls(search_words(meant), in_notes=in_notes)
        words, number = search_words(others), normalize(numeric).split()
        if number == [digits] or not any(map(_has_trigram, [*words, *number])):
            # The text has the digits too. Phone numbers in France are written as pairs of digits.
            return cls([*words, digits], in_notes=in_notes)
        return cls(words, number, digits, in_notes)

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.number

    @property
    def is_indexed(self) -> bool:
        """Whether a word is long enough for the trigram index."""
        return any(map(_has_trigram, [*self.words, *self.number]))

    def matches(
        self, customers: CustomerQuerySet, *, finds_pairs: bool = False
    ) -> CustomerQuerySet:
        """The matching customers, for a query that reads all of them.

        SQLite uses the trigram index if a word is long enough for it, and otherwise compares each
        text in physical order. PostgreSQL chooses by itself. With `finds_pairs` it also finds words
        of two characters of ASCII by the index, which takes longer than a scan if many match.
        """
        if connections[customers.db].vendor == "postgresql":
            finds_pairs = finds_pairs and not self.is_indexed
            found = self._indexed_condition("search_text", finds_pairs=finds_pairs)
            if self.in_notes:
                customers = customers.alias(**{WITH_NOTES: TEXT_WITH_NOTES})
                found |= HAS_NOTES & self._indexed_condition(WITH_NOTES, finds_pairs=finds_pairs)
            return customers.filter(found).in_physical_order()
        narrowed = self._matching(customers)
        parts = [*map(_selective_part, self.words)]
        alternatives = [[*parts, *self.number], [*parts, self.digits]]
        if trigrams := _any_trigrams(alternatives[: 1 + bool(self.digits)]):
            tables = SEARCH_INDEXES_ON_SQLITE if self.in_notes else [SEARCH_INDEX_ON_SQLITE]
            rows = " UNION ALL ".join(map(ROWS_WITH_TRIGRAMS.format, tables))
            return narrowed.filter(pk__in=RawSQL(rows, [trigrams] * len(tables)))  # noqa: S611
        return narrowed.in_physical_order()

    def _indexed_condition(self, text: str, *, finds_pairs: bool) -> Q:
        """The condition of a trigram index of PostgreSQL, which has this text."""
        parts = [*map(_selective_part, self.words)]
        found = Q(*(_contains(text, part, finds_pairs=finds_pairs) for part in parts))
        found &= _occur(text, set(self.words) - set(parts))
        if not self.digits:
            return found
        # The text has the number, too, and its index finds it.
        in_phone = _contains(text, self.digits) & _occur("phone_key", [self.digits])
        return found & (Q(*(_contains(text, word) for word in self.number)) | in_phone)

    def is_in(self, customer: Customer) -> bool:
        """Whether the customer matches without its notes: scan() in Python."""
        text = customer.search_text
        is_number = all(word in text for word in self.number) or (
            bool(self.digits) and self.digits in (customer.phone_key or "")
        )
        return is_number and all(word in text for word in self.words)

    def scan(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        """The same matches, without the trigram index, to be read in the order of the list."""
        return self._matching(customers).in_physical_order()

    def _matching(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        text = "search_text"
        if self.in_notes:
            text, customers = WITH_NOTES, customers.alias(**{WITH_NOTES: TEXT_WITH_NOTES})
        found = _occur(text, self.words)
        if self.digits:
            found &= _occur(text, self.number) | _occur("phone_key", [self.digits])
        return customers.filter(found)


def _split_number(text: str) -> tuple[str, str]:
    """The words with letters, and the others, which may be a phone number beside a name."""
    words = text.split()
    numeric = [word for word in words if not any(map(str.isalpha, word))]
    return " ".join(word for word in words if word not in numeric), " ".join(numeric)


def _has_trigram(word: str) -> bool:
    return len(word) >= TRIGRAM


def _contains(text: str, part: str, *, finds_pairs: bool = False) -> Q:
    if finds_pairs and PAIR.fullmatch(part):
        return Q((f"{text}__regex", BEFORE_PAIR + re.escape(part)))
    return Q((f"{text}__contains", part))


def _occur(column: str, words: Iterable[str]) -> Q:
    # Not `contains`, for which PostgreSQL would use the trigram index.
    return Q(*(GreaterThan(StrIndex(column, Value(word)), 0) for word in words))


def _selective_part(word: str) -> str:
    """The part of a word to look up: of an email the mailbox, because many share its domain."""
    mailbox, at, _domain = word.partition("@")
    return mailbox + at if HAS_TRIGRAM.search(mailbox) else word


def _any_trigrams(alternatives: Sequence[Sequence[str]]) -> str:
    """A query of FTS5 for the rows that have all trigrams of the words of one alternative."""
    return " OR ".join(f"({each})" for each in map(_trigrams, alternatives) if each)


def _trigrams(words: Sequence[str]) -> str:
    # Every third trigram of a word and its last one have all of its characters. FTS5 reads the rows
    # of each; those between would exclude few more, and the text is compared as well.
    trigrams = dict.fromkeys(
        word[start : start + TRIGRAM]
        for word in words
        if (last := len(word) - TRIGRAM) >= 0
        for start in (*range(0, last, TRIGRAM), last)
    )
    return " AND ".join('"{}"'.format(trigram.replace('"', '""')) for trigram in trigrams)


@dataclass(frozen=True)
class Matches:
    """All matches of a selective search, in the order of the list.

    A row has the primary key, the values of the other sort keys, and the facets, as the driver
    returns them.
    """

    rows: Sequence[tuple[Any, ...]]

    def counts(self) -> Counts:
        facets = Counter(row[-len(FACETS) :] for row in self.rows)
        return Counts({read_combination(values): number for values, number in facets.items()})

    def meeting(self, conditions: Conditions) -> Matches:
        """The matches that meet the conditions of the facets."""
        if not conditions:
            return self
        combinations = {row[-len(FACETS) :] for row in self.rows}
        wanted = {each for each in combinations if meets(read_combination(each), conditions)}
        return Matches([row for row in self.rows if row[-len(FACETS) :] in wanted])


def find_matches(
    organizer: Organizer,
    customers: CustomerQuerySet,
    search: Search,
    ordering: Sequence[str],
    *,
    most: int | None = None,
    many: int = MANY,
) -> tuple[Matches | None, Counts]:
    """The matches among the customers, and the maintained counts.

    None instead of the matches if there are more than `most`, or as `many` for a term that is too
    short for the index. Sorted matches give the count, the facets and every page by one query.
    """
    columns = ("pk", *(key.expression for key in sort_keys(ordering)[:-1]), *FACETS)
    try:
        if not search.is_indexed:
            with suppress(TimeLimitExceeded):
                scan = search.scan(customers).values_list(*columns)
                return _read_soon(organizer, scan, ordering, many)
        found = search.matches(customers, finds_pairs=True).values_list(*columns)
        return _read_all(organizer, found, ordering, most or settings.COUNT_CAP)
    except EmptyResultSet:
        return Matches([]), maintained_counts(organizer)


def _read_all(
    organizer: Organizer, found: QuerySet[Any, Any], ordering: Sequence[str], most: int
) -> tuple[Matches | None, Counts]:
    """All matches, or None for more than `most`."""
    sql, parameters = found[: most + 1].query.sql_with_params()
    rows, totals = read_with_totals(
        organizer, found.db, sql, parameters, most=most, others=len(ordering)
    )
    return None if rows is None else Matches(sort_rows(rows, ordering)), totals


def _read_soon(
    organizer: Organizer, scan: QuerySet[Any, Any], ordering: Sequence[str], many: int
) -> tuple[Matches | None, Counts]:
    """All matches of a short term, or None for `many`. Raises TimeLimitExceeded."""
    cap = settings.COUNT_CAP
    many = min(many, cap + 1)
    sql, parameters = scan.query.sql_with_params()
    rows, totals = read_with_totals(
        organizer,
        scan.db,
        f"{sql} LIMIT {LIMIT}",
        [*parameters, organizer.pk, cap, cap + 1, many],
        most=cap,
        others=len(ordering),
        milliseconds=int(settings.FACET_MILLISECONDS),
    )
    if rows is None or (totals.total > cap and len(rows) >= many):
        return None, totals
    return Matches(sort_rows(rows, ordering)), totals


def find_exact_matches(organizer: Organizer, text: str) -> list[Customer]:
    """Up to MOST_EXACT customers whose email, phone or identifier of either kind is this text.

    External identifiers are case-sensitive. Raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    meant, digits = _meant(text, organizer.country)
    emails = (email_keys(meant) * 2)[:2]
    phone = phone_key(meant, organizer.country) if digits else None
    # External identifiers may have punctuation around them.
    values = (meant.lower(), *emails, visible(text), meant, phone or "")
    rows = _exact_matches.read_rows(organizer.pk, *values)
    # One customer may have the same email and external identifier.
    return [*{row[0]: Customer.from_db(None, EXACT_COLUMNS, row) for row in rows}.values()]


def _meant(text: str, country: str) -> tuple[str, str]:
    """What is meant by a text that may be pasted, and its digits if it is a phone number."""
    if all(map(str.isalpha, text.split())):
        return text, ""
    meant = extract_pasted(text)
    return meant, part_of_phone(meant, country)


_exact_matches = CompiledQuery(
    # PostgreSQL would not use the indexes for an IN, but look through all customers by primary key.
    lambda organizer, identifier, email, other_spelling, external, pasted_external, phone: [
        Customer.objects.filter(condition, organizer_id=organizer)
        .order_by("pk")
        .values_list(*EXACT_COLUMNS)[:MOST_EXACT]
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
    limit=MOST_EXACT,
)
