"""Invented phone numbers for the demo, of ranges that are reserved for films and books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final, NamedTuple


class PhoneNumberRange(NamedTuple):
    """All numbers that begin with `start` and have `digits` more digits."""

    start: str
    digits: int


# Regulators reserve these numbers for fiction, and assign none of them to a subscriber.
GERMAN: Final = [  # Bundesnetzagentur
    *(
        PhoneNumberRange(f"+49 {start} ", 3)
        for start in ("30 23125", "40 66969", "69 90009", "89 99998")
    ),
    PhoneNumberRange("+49 221 4710 ", 3),
]
FRENCH: Final = [  # ARCEP
    *(
        PhoneNumberRange(f"+33 {start} ", 4)
        for start in ("1 99 00", "2 61 91", "3 53 01", "4 65 71")
    ),
    *(PhoneNumberRange(f"+33 {start} ", 4) for start in ("5 36 49", "6 39 98")),
]
BRITISH: Final = [  # Ofcom
    *(
        PhoneNumberRange(f"+44 {area} 496 0", 3)
        for area in (113, 114, 117, 121, 131, 141, 151, 161)
    ),
    *(
        PhoneNumberRange(f"+44 {start}", 3)
        for start in ("20 7946 0", "29 2018 0", "1632 960", "7700 900")
    ),
]
IRISH: Final = [PhoneNumberRange(f"+353 20 {start} ", 4) for start in range(910, 920)]  # ComReg
AUSTRALIAN: Final = [  # ACMA
    PhoneNumberRange(f"+61 {area} {start} ", 4) for area in (2, 3, 7, 8) for start in (5550, 7010)
]
ENGLISH: Final = [*BRITISH, *IRISH, *AUSTRALIAN]
BY_LOCALE: Final[Mapping[str, Sequence[PhoneNumberRange]]] = {
    "de": GERMAN,
    "de-informal": GERMAN,
    "en": ENGLISH,
    "fr": FRENCH,
}
ALL: Final = [*GERMAN, *FRENCH, *ENGLISH]
GERMANY: Final = "+49 "


def invent_phone(random: Random, locale: str) -> str:
    """A number of a country where people speak the language, or of any of the countries.

    An eighth of the German numbers has no country code. Among 1,000,000 customers, 25 share each
    German number, because only 5,000 are reserved.
    """
    ranges = BY_LOCALE.get(locale, ALL)
    position, fraction = divmod(random.random() * len(ranges), 1)
    start, digits = ranges[int(position)]
    number = int(fraction * 10**digits)
    if start.startswith(GERMANY) and number % 8 == 0:
        start = f"0{start.removeprefix(GERMANY).strip()}-"
    return f"{start}{number:0{digits}}"
