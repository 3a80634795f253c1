"""Normalizes text for search and order, and computes the derived columns of customers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

import idna

from portal.customers import names
from portal.customers.phones import phone_key

NAME_KEY_LENGTH: Final = 190
DERIVED_COLUMNS: Final = ("name", "name_key", "email_key", "phone_key", "search_text", "notes_text")
# The columns that derived columns are computed from. An UPDATE of these columns would leave the
# derived columns outdated.
COLUMNS_DERIVED_FROM: Final = frozenset(
    {"identifier", "external_identifier", "email", "phone", "name_parts"}
    | {"is_active", "is_verified", "notes"}
)
# Letters that Unicode does not decompose, with the letters that people type instead.
LETTERS_WITH_STROKES: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"
}  # fmt: skip
# Variants of Arabic letters with the basic letter, as in Lucene's ArabicNormalizer and
# PersianNormalizer. Variants with a hamza or madda are missing, because Unicode decomposes such a
# variant into a letter and a mark.
ARABIC_VARIANTS: Final = {
    "\u0671": "\u0627", "\u0672": "\u0627", "\u0673": "\u0627",  # alef
    "\u0649": "\u064a", "\u06cc": "\u064a", "\u06d2": "\u064a",  # yeh
    "\u0629": "\u0647", "\u06be": "\u0647", "\u06c1": "\u0647", "\u06c3": "\u0647",
    "\u06d5": "\u0647",  # heh
    "\u06a9": "\u0643",  # kaf
    "\u0640": "",  # tatweel
}  # fmt: skip
APOSTROPHES: Final = (
    "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u0384\u055a\u05f3\u07f4\u07f5"
    "\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07"
)
# Characters that count as hyphens in addition to Unicode's category of dashes (Pd).
HYPHENS: Final = "\u02d7\u2043\u2212\u2796"
# Accents and vowel marks that people leave out, in Latin, Greek, Cyrillic, Hebrew, Arabic and
# Syriac. Marks of Thai and of Indian scripts are kept, because people type these vowels.
OPTIONAL_MARK: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0711\u0730-\u074a\u0898-\u089f\u08ca-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u2de0-\u2dff\ua66f-\ua67d\ufb1e\ufe20-\ufe2f]"
)
# Fillers and variation selectors, which are invisible in addition to INVISIBLE_CATEGORIES.
INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
INVISIBLE_CATEGORIES: Final = frozenset({"Cf", "Cc"})
# The Unicode categories of punctuation and of signs such as the vertical bar.
SEPARATORS: Final = frozenset({"Pc", "Pe", "Pf", "Pi", "Po", "Ps", "Sk", "Sm"})
# Characters of emails and identifiers. normalize() always keeps `@` and `_`, and keeps the other
# characters between letters or digits.
WITHIN_WORDS: Final = "@_.'&+-"
PUNCTUATION_AROUND_WORDS: Final = re.compile(r"(?<!\S)[.'&+-]+|[.'&+-]+(?!\S)")
# Matches texts of which normalize() changes only the case. Most texts match.
PLAIN: Final = re.compile(r"[A-Za-z0-9@_]+(?:[ .'&+-][A-Za-z0-9@_]+)*")
# The maximum number of cached replacements. Real texts have fewer different characters, but a
# hostile search may contain all of Unicode.
MAX_CACHED_REPLACEMENTS: Final = 10_000
# Umlauts and their spellings with an e: `ae` for `ä`.
SPELLED_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe"}
)
# Matches the e of a spelled-out umlaut, such as `ue` for `ü`. The `ue` of Bauer, Neuer and Quelle
# does not match, because it is no umlaut.
UMLAUT_E: Final = re.compile(r"(?<=[ao])e|(?<=(?<![aeq])u)e")
# Matches names with hyphens whose parts have three letters or more, enough for the trigram index.
HYPHENATED: Final = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]{3,})+")
# Name parts that are not in the composed name but are searched, too.
CALLING_NAME: Final = "calling_name"
TRANSCRIPTION: Final = "_transcription"
# The number of characters of a note that a search compares. The length of notes is not limited.
MAX_SEARCHED_CHARACTERS: Final = 20_000
PAIR_AFTER_OTHERS: Final = re.compile(r"(?<=[^\x00-\x7f])[!-~]{2}")


class _Replacements(dict[int, str]):
    """The mapping for str.translate() from a character to its replacement, filled on demand."""

    def __missing__(self, code: int) -> str:
        replacement = _replacement(chr(code))
        if len(self) < MAX_CACHED_REPLACEMENTS:
            self[code] = replacement
        return replacement


def _replacement(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or category in SEPARATORS:
        return " "
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    is_mark = category in {"Mn", "Me"} and OPTIONAL_MARK.match(character)
    return "" if is_mark or is_invisible(character) else character


def is_invisible(character: str) -> bool:
    """Whether a character has no shape and no width."""
    if INVISIBLE.match(character):
        return True
    return unicodedata.category(character) in INVISIBLE_CATEGORIES and not character.isspace()


def remove_invisible(text: str) -> str:
    """Remove invisible characters, which copied texts often contain."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each for each in text if not is_invisible(each))


REPLACEMENTS: Final = _Replacements(
    {ord(key): value for key, value in (LETTERS_WITH_STROKES | ARABIC_VARIANTS).items()}
    | {ord(each): "'" for each in APOSTROPHES}
    | {ord(each): "-" for each in HYPHENS}
    | {ord(each): each for each in WITHIN_WORDS}
)


def normalize(text: str) -> str:
    """Normalize a text to words separated by single spaces: `jose muller` for `José Müller`.

    Removes case, accents, vowel marks, invisible characters, and punctuation around words. All
    kinds of apostrophes become `'`, and all kinds of hyphens `-`. Keeps punctuation within emails
    and identifiers: `o'brien@example.org`.
    """
    if PLAIN.fullmatch(text):
        return text.lower()
    if text.isascii():
        replaced = text.lower().translate(REPLACEMENTS)
    else:
        # Apostrophes are replaced first, because NFKD would decompose an acute accent that stands
        # alone into a mark.
        decomposed = unicodedata.normalize("NFKD", text.translate(REPLACEMENTS).casefold())
        replaced = unicodedata.normalize("NFKD", decomposed.casefold().translate(REPLACEMENTS))
    return " ".join(PUNCTUATION_AROUND_WORDS.sub(" ", replaced).split())


def make_search_text(text: str) -> str:
    """The normalized text and other spellings of its words: `muller mueller` for `Müller`.

    An umlaut is stored without dots and with an e, and `ue` is stored as `u`, too. So a search for
    `Müller`, `Mueller` or `Muller` matches all three spellings without an OR.
    """
    return _with_spellings(text, normalize(text))


def _with_spellings(text: str, normalized: str) -> str:
    spelled = normalized
    if not text.isascii():
        spelled_out = unicodedata.normalize("NFC", text).translate(SPELLED_OUT)
        spelled = normalized if spelled_out == text else normalize(spelled_out)
    # A shortcut for texts without umlauts, which are most. The steps below take longer than
    # normalize().
    if spelled == normalized and not ("ae" in spelled or "oe" in spelled or "ue" in spelled):
        return normalized
    without_dots = UMLAUT_E.sub("", spelled)
    others = dict.fromkeys([*spelled.split(), *without_dots.split()])
    return " ".join([normalized, *(each for each in others if each not in normalized)])


def search_words(text: str) -> list[str]:
    """The words of a search, each of which make_search_text() of a matching customer contains.

    A name with hyphens and an umlaut is split at the hyphens. In `Böttcher-Mueller` the parts are
    spelled in different styles, but make_search_text() stores a whole word in one style only.
    """
    return [
        part
        for word in normalize(text).split()
        for part in (word.split("-") if _has_spellings(word) else [word])
    ]


def _has_spellings(word: str) -> bool:
    return bool(HYPHENATED.fullmatch(word) and UMLAUT_E.search(word))


def email_key(email: str) -> str:
    """The email in lower case. Emails are compared and ordered by this key, which is unique.

    casefold() is not used: it would make strasse.example and straße.example equal.
    """
    return email.lower()


def email_keys(text: str) -> list[str]:
    """The keys of an email that a user typed, and of other spellings of this email.

    A domain with letters outside of ASCII has a second spelling, such as xn--strae-oqa.example for
    straße.example (IDNA 2008). A space is replaced by `+`: emails have no spaces, and a `+` in a
    URL that is not percent-encoded is read as a space. Invisible characters, which copied emails
    often contain, are removed.
    """
    typed, key = (
        email_key(each.strip().replace(" ", "+")) for each in (text, remove_invisible(text))
    )
    mailbox, at, domain = key.rpartition("@")
    try:
        other = idna.decode(domain) if domain.isascii() else idna.encode(domain).decode()
    except idna.IDNAError:
        other = domain
    return [*dict.fromkeys([typed, key, f"{mailbox}{at}{other}"])]


class DerivedName(NamedTuple):
    """A name composed from its parts, normalized, and as the text that a search compares."""

    text: str
    normalized: str
    search_text: str


Derived = tuple[str, str | None, str | None, str | None, str, str | None]


def derived_values(
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    phone: str | None,
    name_parts: Mapping[str, str | None],
    notes: str | None,
    *,
    country: str,
) -> Derived:
    """The values of the columns DERIVED_COLUMNS, in order. Raises names.UnknownScheme.

    A phone number without a country code is a number of `country`.
    """
    name = derive_name(name_parts)
    values = (identifier, external_identifier, email, phone, notes)
    return derived_values_with_name(country, *values, name)


def derive_name(parts: Mapping[str, str | None]) -> DerivedName:
    """Compose and normalize a name. Raises names.UnknownScheme."""
    text = names.compose_name(parts)
    normalized = normalize(text)
    called = [
        value
        for part, value in parts.items()
        if value and (part == CALLING_NAME or part.endswith(TRANSCRIPTION))
    ]
    if called:
        return DerivedName(text, normalized, make_search_text(" ".join([text, *called])))
    return DerivedName(text, normalized, _with_spellings(text, normalized))


def derived_values_with_name(
    country: str,
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    phone: str | None,
    notes: str | None,
    name: DerivedName,
) -> Derived:
    """Like derived_values(), but with the result of derive_name(), which callers may cache."""
    number = phone_key(phone, country) if phone else None
    texts = [name.search_text, make_search_text(email) if email else "", identifier.lower()]
    if external_identifier:
        texts.append(normalize(external_identifier))
    if number:
        texts.append(number)
    return (
        name.text,
        name.normalized[:NAME_KEY_LENGTH] or None,
        email_key(email) if email else None,
        number,
        _with_pairs("\n".join(filter(None, texts))),
        searched_text_of_note(notes),
    )


def searched_text_of_note(note: str | None) -> str | None:
    """The normalized text of a note, with a line break before it; None for a note without words."""
    text = make_search_text(note[:MAX_SEARCHED_CHARACTERS]) if note else ""
    return f"\n{_with_pairs(text)}" if text else None


def _with_pairs(text: str) -> str:
    """Append each pair of ASCII characters that follows a non-ASCII character.

    In the result, every pair of ASCII characters also occurs after an ASCII character, as
    Search.filter_matches() requires.
    """
    pairs = [] if text.isascii() else PAIR_AFTER_OTHERS.findall(text)
    return "\n".join([text, *dict.fromkeys(pairs)])
