"""Generates plausible customers for the demo. The same seed generates the same customers."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from portal.customers.demo.people import invent_person, pick_at_random
from portal.customers.demo.phones import invent_phone
from portal.customers.importing.rows import CustomerRow, InventedRow, StagedRow

# The example customer in the documentation of the pretix API, with the same values.
EXAMPLE: Final = CustomerRow.model_validate_json("""
{
    "identifier": "8WSAJCJ",
    "email": "customer@example.org",
    "name": "John Doe",
    "name_parts": {"_scheme": "full", "full_name": "John Doe"},
    "is_active": true,
    "is_verified": false,
    "last_login": null,
    "date_joined": "2021-04-06T13:44:22.809216Z",
    "locale": "de",
    "last_modified": "2021-04-06T13:44:22.809377Z"
}
""")
BLOCK_SIZE: Final = 2_000
DEFAULT_UNTIL: Final = date(2026, 1, 1)
DAYS: Final = 6 * 365
DAY_MICROSECONDS: Final = 24 * 60 * 60 * 1_000_000
# Relative numbers of registrations from January to December. Most customers register before summer
# festivals and before Christmas.
MONTH_WEIGHTS: Final = (0.8, 0.8, 1.0, 1.2, 1.4, 1.3, 0.9, 0.7, 1.0, 1.1, 1.4, 1.5)
GROWTH_FACTOR: Final = 4  # registrations on the last day, divided by those on the first day
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LETTER_PAIRS: Final = [low + high for high in LETTERS for low in LETTERS]
IDENTIFIER_COUNT: Final = 1 << 35
DOMAINS: Final = ("example.org", "example.com", "example.net")
NOTES: Final = (
    "Prefers an aisle seat.\nUses a wheelchair: step-free entrance, please.",
    "CustomerList on the phone for an invoice with VAT number.\nSent on the same day.",
    "Group bookings for a school.\n\nCall before cancelling anything.",
    "Had two accounts, merged on request.",
)


def demo_customers(
    count: int, *, seed: int = 1, until: date = DEFAULT_UNTIL
) -> Iterator[StagedRow]:
    """Customers who registered in the six years before `until`, in random order.

    The first customers are the same for every `count`. All customers of a seed have different
    identifiers and emails. Customers of different seeds have different identifiers.
    """
    for first in range(0, count, BLOCK_SIZE):
        yield from demo_block(first, min(BLOCK_SIZE, count - first), seed=seed, until=until)


def demo_block(first: int, count: int, *, seed: int, until: date) -> Iterator[StagedRow]:
    """The customers of a block, which can be generated without the blocks before it.

    `first` is the number of the first customer, a multiple of BLOCK_SIZE.
    """
    random = Random(f"{seed} {first}")  # noqa: S311
    calendar = _Calendar(until)
    identifiers = _generate_identifiers(seed, first)
    for number in range(first + 1, first + count + 1):
        row = _invent_customer(random, calendar, number, next(identifiers))
        yield StagedRow(f"demo customer {number}", row)


def _generate_identifiers(seed: int, first: int) -> Iterator[str]:
    """Different identifiers of seven letters.

    Multiplication by an odd factor permutes the numbers below 2 ** 35, so no identifier is
    repeated.
    """
    random = Random(seed)  # noqa: S311
    start, factor = (
        random.randrange(IDENTIFIER_COUNT),
        random.randrange(IDENTIFIER_COUNT // 2) * 2 + 1,
    )
    for number in itertools.count(first):
        spread = (start + factor * number) % IDENTIFIER_COUNT
        mixed = (spread ^ spread >> 17) * 0x2545F491 % IDENTIFIER_COUNT
        yield (
            LETTER_PAIRS[mixed & 1023]
            + LETTER_PAIRS[mixed >> 10 & 1023]
            + LETTER_PAIRS[mixed >> 20 & 1023]
            + LETTERS[mixed >> 30]
        )


class _Calendar:
    """Random times in the six years before `until`. Later years and busy months have more times.

    A time is a number of microseconds since the first day, because numbers are faster than
    datetimes.
    """

    def __init__(self, until: date) -> None:
        self._end = DAYS * DAY_MICROSECONDS
        self._start = datetime.combine(until, time(), UTC) - timedelta(days=DAYS)
        self._weights_of_days = _weights_of_days(self._start)

    def random_registration(self, random: Random) -> int:
        day = bisect(self._weights_of_days, random.random() * self._weights_of_days[-1])
        # The mean of two random numbers, so that most customers register at noon and few at
        # midnight.
        return int(
            (min(day, DAYS - 1) + (random.random() + random.random()) / 2) * DAY_MICROSECONDS
        )

    def random_time_after(self, random: Random, time: int) -> int:
        return time + int((self._end - time) * random.random())

    def to_datetime(self, time: int) -> datetime:
        return self._start + timedelta(0, 0, time)


@cache
def _weights_of_days(start: datetime) -> list[float]:
    days = [start + timedelta(days=day) for day in range(DAYS)]
    return list(
        accumulate(
            MONTH_WEIGHTS[day.month - 1] * GROWTH_FACTOR ** (past / DAYS)
            for past, day in enumerate(days)
        )
    )


def _invent_customer(
    random: Random, calendar: _Calendar, number: int, identifier: str
) -> InventedRow:
    joined = calendar.random_registration(random)
    chance = random.random()
    if chance < 0.01:
        return _invent_anonymised(random, calendar, identifier, joined)
    person = invent_person(random)
    is_verified = chance > 0.07
    # Customers cannot sign in before their email is verified.
    has_signed_in = is_verified and random.random() > 0.096
    return InventedRow(
        identifier=identifier,
        external_identifier=f"CRM-{100_000 + number}" if random.random() < 0.3 else None,
        email=f"{person.mailbox}{number}@{pick_at_random(random, DOMAINS)}",
        phone=invent_phone(random, person.locale) if random.random() < 0.35 else None,
        name_parts=person.name_parts if random.random() > 0.03 else {},
        is_active=random.random() > 0.04,
        is_verified=is_verified,
        last_login=calendar.to_datetime(calendar.random_time_after(random, joined))
        if has_signed_in
        else None,
        date_joined=calendar.to_datetime(joined),
        locale=person.locale,
        last_modified=calendar.to_datetime(_invent_change_time(random, calendar, joined)),
        notes=pick_at_random(random, NOTES) if random.random() < 0.02 else None,
    )


def _invent_anonymised(
    random: Random, calendar: _Calendar, identifier: str, joined: int
) -> InventedRow:
    """An anonymised customer, without personal data."""
    return InventedRow(
        identifier=identifier,
        external_identifier=None,
        email=None,
        phone=None,
        name_parts={},
        is_active=False,
        is_verified=False,
        last_login=None,
        date_joined=calendar.to_datetime(joined),
        locale="en",
        last_modified=calendar.to_datetime(calendar.random_time_after(random, joined)),
        notes=None,
    )


def _invent_change_time(random: Random, calendar: _Calendar, joined: int) -> int:
    """The time of the last change, which for half of the customers is the time of registration."""
    if random.random() < 0.5:
        return joined + 100 + int(random.random() * 400)
    return calendar.random_time_after(random, joined)
