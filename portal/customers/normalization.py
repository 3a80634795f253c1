"""Text as search and order compare it, and the columns that derive from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

import idna

from portal.customers import names
from portal.customers.phones import phone_key

NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "phone_key", "search_text", "notes_text")
# The derived columns depend on these: an UPDATE of these alone would leave them outdated.
SOURCES: Final = frozenset(
    {"identifier", "external_identifier", "email", "phone", "name_parts"}
    | {"is_active", "is_verified", "notes"}
)
# Letters that Unicode does not decompose, but that people type without their stroke.
STROKES: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"
}  # fmt: skip
# The forms of an Arabic letter, as in Lucene's ArabicNormalizer and PersianNormalizer. Decomposed,
# a hamza or madda above or below a letter is a mark.
ARABIC: Final = {
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
# Beside the characters that Unicode has as dashes.
HYPHENS: Final = "\u02d7\u2043\u2212\u2796"
# Marks that people leave out: those of Latin, Greek, Cyrillic, Hebrew, Arabic and Syriac, and
# those of any script. In Thai and in the scripts of India, marks are vowels, and stay.
OPTIONAL_MARK: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0711\u0730-\u074a\u0898-\u089f\u08ca-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u2de0-\u2dff\ua66f-\ua67d\ufb1e\ufe20-\ufe2f]"
)
# Without a shape of their own: fillers and variation selectors, beside the categories of Unicode.
INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
INVISIBLE_CATEGORIES: Final = frozenset({"Cf", "Cc"})
# Punctuation, and signs such as the vertical bar.
SEPARATORS: Final = frozenset({"Pc", "Pe", "Pf", "Pi", "Po", "Ps", "Sk", "Sm"})
# Parts of emails and identifiers. The first two always count, the others only within a word.
WITHIN_WORDS: Final = "@_.'&+-"
PUNCTUATION_AROUND_WORDS: Final = re.compile(r"(?<!\S)[.'&+-]+|[.'&+-]+(?!\S)")
# Most texts: only their case is replaced.
PLAIN: Final = re.compile(r"[A-Za-z0-9@_]+(?:[ .'&+-][A-Za-z0-9@_]+)*")
# No text has more characters than these, but a search may try all of Unicode.
MOST_REMEMBERED: Final = 10_000
# Umlauts, and how they are spelled without their dots.
SPELLED_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe"}
)
# The e of an umlaut that is spelled out. In Bauer, Neuer and Quelle there is no umlaut.
UMLAUT_E: Final = re.compile(r"(?<=[ao])e|(?<=(?<![aeq])u)e")
# Names with hyphens, whose parts are long enough to be looked for by themselves.
HYPHENATED: Final = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]{3,})+")
# Parts beside the name that a person may be called by.
CALLING_NAME: Final = "calling_name"
TRANSCRIPTION: Final = "_transcription"
# The notes of a customer have no maximum. A search looks for their first characters.
MOST_SEARCHED: Final = 20_000
PAIR_AFTER_OTHERS: Final = re.compile(r"(?<=[^\x00-\x7f])[!-~]{2}")


class _Replacements(dict[int, str]):
    """What str.translate() replaces each character by."""

    def __missing__(self, code: int) -> str:
        replacement = _replacement(chr(code))
        if len(self) < MOST_REMEMBERED:
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
    """Whether this is a character without a shape and without a width."""
    if INVISIBLE.match(character):
        return True
    return unicodedata.category(character) in INVISIBLE_CATEGORIES and not character.isspace()


def visible(text: str) -> str:
    """The text without invisible characters, which come with text that is copied."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each for each in text if not is_invisible(each))


REPLACEMENTS: Final = _Replacements(
    {ord(key): value for key, value in (STROKES | ARABIC).items()}
    | {ord(each): "'" for each in APOSTROPHES}
    | {ord(each): "-" for each in HYPHENS}
    | {ord(each): each for each in WITHIN_WORDS}
)


def normalize(text: str) -> str:
    """Words separated by single spaces: `jose muller` for `José Müller` and `MULLER, Jose`.

    Case, accents, vowel marks, invisible characters, and punctuation around words do not count.
    All apostrophes are equal, and all hyphens. Punctuation within emails and identifiers remains:
    `o'brien@example.org`.
    """
    if PLAIN.fullmatch(text):
        return text.lower()
    if text.isascii():
        replaced = text.lower().translate(REPLACEMENTS)
    else:
        # An acute accent that stands alone is an apostrophe, but decomposes to a mark.
        decomposed = unicodedata.normalize("NFKD", text.translate(REPLACEMENTS).casefold())
        replaced = unicodedata.normalize("NFKD", decomposed.casefold().translate(REPLACEMENTS))
    return " ".join(PUNCTUATION_AROUND_WORDS.sub(" ", replaced).split())


def searched(text: str) -> str:
    """The normalized text, and the other spellings of its words: `muller mueller` for `Müller`.

    An umlaut is stored without its dots and spelled out, and `ue` is stored as `u`, too. So each
    spelling finds each other one by a plain search for one text.
    """
    return _with_spellings(text, normalize(text))


def _with_spellings(text: str, normalized: str) -> str:
    spelled = normalized
    if not text.isascii():
        spelled_out = unicodedata.normalize("NFC", text).translate(SPELLED_OUT)
        spelled = normalized if spelled_out == text else normalize(spelled_out)
    # Most texts have no umlaut, and the rest takes longer than to normalize them.
    if spelled == normalized and not ("ae" in spelled or "oe" in spelled or "ue" in spelled):
        return normalized
    without_dots = UMLAUT_E.sub("", spelled)
    others = dict.fromkeys([*spelled.split(), *without_dots.split()])
    return " ".join([normalized, *(each for each in others if each not in normalized)])


def search_words(text: str) -> list[str]:
    """The words of a search, each of which occurs in the searched() text that it finds.

    A name with hyphens and an umlaut is several words: in `Böttcher-Mueller` each part has a
    spelling of its own, and a word is stored in one spelling at a time.
    """
    return [
        part
        for word in normalize(text).split()
        for part in (word.split("-") if _has_spellings(word) else [word])
    ]


def _has_spellings(word: str) -> bool:
    return bool(HYPHENATED.fullmatch(word) and UMLAUT_E.search(word))


def email_key(email: str) -> str:
    """The lower case of an email, by which emails are compared and ordered, and which is unique.

    Only case is ignored: casefold() would make strasse.example and straße.example equal.
    """
    return email.lower()


def email_keys(text: str) -> list[str]:
    """The keys of an address that was typed: its own first, then that of its other spelling.

    A domain with letters beyond ASCII has a second spelling, such as xn--strae-oqa.example for
    straße.example (IDNA 2008). A space is the `+` of a URL that was not percent-encoded: no
    address has a space. Invisible characters come with an address that was copied.
    """
    typed, key = (email_key(each.strip().replace(" ", "+")) for each in (text, visible(text)))
    mailbox, at, domain = key.rpartition("@")
    try:
        other = idna.decode(domain) if domain.isascii() else idna.encode(domain).decode()
    except idna.IDNAError:
        other = domain
    return [*dict.fromkeys([typed, key, f"{mailbox}{at}{other}"])]


class Name(NamedTuple):
    """A composed name, its normalized text, and the text that a search compares."""

    text: str
    normalized: str
    searched: str


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
    """The values of the columns DERIVED. Raises names.UnknownScheme.

    `country` is that of a phone number without a country code.
    """
    name = derive_name(name_parts)
    values = (identifier, external_identifier, email, phone, notes)
    return derived_values_with_name(country, *values, name)


def derive_name(parts: Mapping[str, str | None]) -> Name:
    """The name composed from its parts. Raises names.UnknownScheme."""
    text = names.compose(parts)
    normalized = normalize(text)
    called = [
        value
        for part, value in parts.items()
        if value and (part == CALLING_NAME or part.endswith(TRANSCRIPTION))
    ]
    if called:
        return Name(text, normalized, searched(" ".join([text, *called])))
    return Name(text, normalized, _with_spellings(text, normalized))


def derived_values_with_name(
    country: str,
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    phone: str | None,
    notes: str | None,
    name: Name,
) -> Derived:
    """derived_values() for a name that was derived before."""
    number = phone_key(phone, country) if phone else None
    texts = [name.searched, searched(email) if email else "", identifier.lower()]
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
        note_text(notes),
    )


def note_text(note: str | None) -> str | None:
    """A note as a search compares it, as a line that continues another text; None without words."""
    text = searched(note[:MOST_SEARCHED]) if note else ""
    return f"\n{_with_pairs(text)}" if text else None


def _with_pairs(text: str) -> str:
    """Two characters of ASCII after one beyond ASCII stand at the end again.

    So any two follow a third one of ASCII somewhere in the text: see Search.matches().
    """
    pairs = [] if text.isascii() else PAIR_AFTER_OTHERS.findall(text)
    return "\n".join([text, *dict.fromkeys(pairs)])
