"""Finds the words around a match in a note, for customers that match a search by notes only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BigIntegerField, Value
from django.utils.text import Truncator

from portal.customers.models import Customer, Note, customers_of_organizer
from portal.customers.normalization import MAX_SEARCHED_CHARACTERS, make_search_text

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

WORDS_BEFORE: Final = 3
WORDS_AFTER: Final = 6
MAX_WORD_LENGTH: Final = 40
# The maximum number of notes that are read for a page. A customer has no excerpt if its notes are
# not read.
MAX_NOTES: Final = 500


@dataclass(frozen=True)
class Excerpt:
    """The first word of a note that matches a search, with the words before and after it."""

    before: str
    match: str
    after: str


def read_excerpts(
    organizer: Organizer, customers: Sequence[Customer], words: Sequence[str]
) -> dict[int, Excerpt]:
    """Excerpts by the primary key of the customer, each from the newest note that matches.

    `words` has the words of the search. The customers need the field `search_text`.
    """
    texts: dict[int, list[str]] = {}
    for key, text in _read_texts(organizer, [each.pk for each in customers]):
        texts.setdefault(key, []).append(text)
    found = {}
    for each in customers:
        missing_words = [word for word in words if word not in each.search_text]
        excerpts = (_find_excerpt(text, missing_words) for text in texts.get(each.pk, []))
        if excerpt := next(filter(None, excerpts), None):
            found[each.pk] = excerpt
    return found


def _read_texts(organizer: Organizer, keys: Sequence[int]) -> Iterable[tuple[int, str]]:
    """The notes of the team, newest first, then the field `notes` of the customers."""
    no_id: Any = Value(0, output_field=BigIntegerField())
    team = Note.objects.filter(organizer=organizer, customer__in=keys)
    own = customers_of_organizer(organizer).filter(pk__in=keys, notes_text__isnull=False)
    rows = team.values_list("customer_id", "text", "pk").union(
        own.values_list("pk", "notes", no_id), all=True
    )
    return ((key, text) for key, text, _id in rows.order_by("-pk")[:MAX_NOTES])


def _find_excerpt(text: str, words: Sequence[str]) -> Excerpt | None:
    parts = text[:MAX_SEARCHED_CHARACTERS].split()
    normalized: Mapping[str, str] = {part: make_search_text(part) for part in {*parts}}
    for index, part in enumerate(parts):
        if any(word in normalized[part] for word in words):
            start, end = max(0, index - WORDS_BEFORE), index + 1 + WORDS_AFTER
            before = ["…"] * bool(start) + _shorten_words(parts[start:index])
            after = _shorten_words(parts[index + 1 : end]) + ["…"] * (end < len(parts))
            [match] = _shorten_words([part])
            return Excerpt(" ".join(before), match, " ".join(after))
    return None


def _shorten_words(parts: Sequence[str]) -> list[str]:
    """Cut long words, such as URLs."""
    return [Truncator(part).chars(MAX_WORD_LENGTH) for part in parts]
