"""Generates names of people in many languages and scripts for the demo."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypedDict, TypeVar

from portal.customers.names import SCHEME, SCHEMES
from portal.customers.normalization import normalize

Choice = TypeVar("Choice")
POOLS: Final = Path(__file__).with_name("names.json")
FORBIDDEN_IN_MAILBOX: Final = re.compile(r"[^a-z]+")
DEGREES: Final = ("MA", "M.Sc.", "PhD", "LL.M.")
SALUTATIONS: Final = ("Ms", "Mr", "Mx")


class Person(NamedTuple):
    """An invented person. `mailbox` is the part of an email before the `@`."""

    name_parts: dict[str, str | None]
    locale: str
    mailbox: str


class ForeignName(NamedTuple):
    """A given or family name in its own script, in Latin letters, and as a part of an email."""

    written: str
    latin: str
    mailbox: str


class StoredCulture(TypedDict):
    """A culture in names.json.

    The numbers are weights. Names in another script are keys of a mapping to Latin letters.
    """

    weight: int
    locales: Mapping[str, int]
    schemes: Mapping[str, int]
    full_name: str
    given: list[str] | Mapping[str, str]
    family: list[str] | Mapping[str, str]
    titles: list[str]


class Culture(NamedTuple):
    """A culture as lists for random choices.

    Each choice is repeated as often as its weight says.
    """

    locales: list[str]
    schemes: list[str]
    given: list[ForeignName]
    family: list[ForeignName]
    titles: list[str]
    full_name: str


def invent_person(random: Random) -> Person:
    """A person of a random culture. Cultures with a larger weight are chosen more often."""
    culture = pick_at_random(random, _read_cultures())
    given, family = pick_at_random(random, culture.given), pick_at_random(random, culture.family)
    scheme = pick_at_random(random, culture.schemes)
    parts: dict[str, str | None] = {SCHEME: scheme}
    for part in SCHEMES[scheme]:
        if text := _invent_name_part(random, part, culture, given, family):
            parts[part] = text
    return Person(
        parts, pick_at_random(random, culture.locales), f"{given.mailbox}.{family.mailbox}"
    )


def pick_at_random(random: Random, choices: list[Choice] | tuple[Choice, ...]) -> Choice:
    """Like random.choice(), but faster."""
    return choices[int(random.random() * len(choices))]


def _invent_name_part(
    random: Random, part: str, culture: Culture, given: ForeignName, family: ForeignName
) -> str:
    match part:
        case "given_name":
            return given.written
        case "family_name":
            return family.written
        case "full_name":
            return culture.full_name.format(given=given.written, family=family.written)
        case "latin_transcription":
            return f"{given.latin} {family.latin}"
        case "calling_name":
            # A name that is not in the full name, to show that a search also compares calling
            # names.
            return culture.given[culture.given.index(given) - 1].written
        case _:
            return _invent_optional_part(random, part, culture)


def _invent_optional_part(random: Random, part: str, culture: Culture) -> str:
    """A part of a name that few people fill in, or an empty text."""
    match part:
        case "salutation":
            return pick_at_random(random, SALUTATIONS)
        case "title" if culture.titles and random.random() < 0.3:
            return pick_at_random(random, culture.titles)
        case "degree" if random.random() < 0.3:
            return pick_at_random(random, DEGREES)
        case "middle_name":
            return pick_at_random(random, culture.given).written
        case _:
            return ""


@cache
def _read_cultures() -> list[Culture]:
    pools: Mapping[str, StoredCulture] = json.loads(POOLS.read_text(encoding="utf-8"))
    return [
        culture for pool in pools.values() for culture in [_make_culture(pool)] * pool["weight"]
    ]


def _make_culture(pool: StoredCulture) -> Culture:
    return Culture(
        locales=_repeat_by_weight(pool["locales"]),
        schemes=_repeat_by_weight(pool["schemes"]),
        given=_make_names(pool["given"]),
        family=_make_names(pool["family"]),
        titles=pool["titles"],
        full_name=pool["full_name"],
    )


def _repeat_by_weight(weights: Mapping[str, int]) -> list[str]:
    return [choice for choice, weight in weights.items() for _ in range(weight)]


def _make_names(pool: list[str] | Mapping[str, str]) -> list[ForeignName]:
    latin = {name: name for name in pool} if isinstance(pool, list) else pool
    return [ForeignName(name, spelled, _make_mailbox(spelled)) for name, spelled in latin.items()]


def _make_mailbox(latin: str) -> str:
    return FORBIDDEN_IN_MAILBOX.sub("-", normalize(latin).replace("'", "")).strip("-")
