"""Generated phone numbers are reserved for fiction, and differ like real numbers."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from portal.customers.demo.phones import ALL, invent_phone
from portal.customers.phones import phone_key

COUNT = 2_000


def _keys(locale: str) -> list[str]:
    random = Random(1)  # noqa: S311
    return [phone_key(invent_phone(random, locale), "DE") or "" for _ in range(COUNT)]


@pytest.mark.parametrize("locale", ["de", "de-informal", "en", "fr", "nl"])
def test_every_number_is_reserved(locale: str) -> None:
    reserved = {(phone_key(start, ""), digits) for start, digits in ALL}

    for key in _keys(locale):
        assert any(key[:-digits] == start for start, digits in reserved)


@pytest.mark.parametrize(
    ("locale", "codes"),
    [("de", ["49"]), ("fr", ["33"]), ("en", ["44", "353", "61"]), ("es", ["49", "33", "44"])],
)
def test_the_country_is_one_where_people_speak_the_language(locale: str, codes: list[str]) -> None:
    keys = _keys(locale)

    for code in codes:
        assert any(key.startswith(code) for key in keys)
    if locale != "es":
        assert all(key.startswith(tuple(codes)) for key in keys)


def test_some_german_numbers_have_no_country_code() -> None:
    random = Random(1)  # noqa: S311
    phones = [invent_phone(random, "de") for _ in range(COUNT)]

    assert 0.1 < sum(phone.startswith("0") for phone in phones) / COUNT < 0.15


def test_few_customers_share_a_number_or_the_start_of_one() -> None:
    keys = [key for locale in ("de", "en", "fr", "en") for key in _keys(locale)]

    assert max(Counter(keys).values()) < 10
    assert max(Counter(key[:8] for key in keys).values()) < len(keys) / 10


def test_a_number_takes_one_random_number() -> None:
    random, other = Random(1), Random(1)  # noqa: S311

    invent_phone(random, "de")
    other.random()

    assert random.random() == other.random()
