"""Phone numbers: all spellings have one key, and a part of the key can be searched for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, national_significant_number, parse

from portal.customers.phones import (
    format_phone,
    phone_key,
    searched_digits,
    to_e164,
)


@pytest.mark.parametrize(
    "phone",
    [
        *("+49 30 23125123", "+493023125123", "030 23125123", "(030) 231-25 123", "030/23125-123"),
        *("0049 30 23125123", "(0049) 30 23125 123", "+49 (0)30 23125123", "030.231.25.123"),
        *("+49 030 23125123", "493023125123", "０３０ ２３１２５１２３", "030 23125123 ext. 7"),
        "Tel. 030 23125123",
    ],
)
def test_a_number_has_one_key_in_all_spellings(phone: str) -> None:
    assert phone_key(phone, "DE") == "493023125123"


@pytest.mark.parametrize(
    ("phone", "country", "key"),
    [
        ("06 6982", "IT", "39066982"),
        ("+39 06 6982", "DE", "39066982"),
        ("06 12 34 56 78", "FR", "33612345678"),
        ("(212) 555-0123", "US", "12125550123"),
        ("8 912 345-67-89", "RU", "79123456789"),
        ("+442079460123", "DE", "442079460123"),
        ("030 23125", "", "03023125"),
        ("0049 30 23125", "", "493023125"),
        ("491701234567", "", "491701234567"),
        ("030 123456 / 0170 1234567 / 1", "DE", "03012345601701234567 1".replace(" ", "")),
        ("unknown", "DE", None),
        ("", "DE", None),
    ],
)
def test_a_number_without_a_country_code_is_one_of_the_organizers_country(
    phone: str, country: str, key: str | None
) -> None:
    assert phone_key(phone, country) == key


@given(st.from_regex(r"\+[1-9][0-9 ]{5,18}", fullmatch=True))
def test_an_international_number_has_the_same_key_as_from_the_library(phone: str) -> None:
    try:
        number = parse(phone)
    except NumberParseException:
        expected = phone[1:].replace(" ", "")
    else:
        expected = f"{number.country_code}{national_significant_number(number)}"

    assert phone_key(phone, "DE") == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "+49 30 23125",
            "030 23125",
            "(030) 231-25",
            "0049 30 23125",
            "+49 (0)30 231",
            "23125 12",
        ),
        *("030) 231-25", "5123", "030/23125-123", "49 30 23125", "+49 30 2312", "3125-123"),
    ],
)
@pytest.mark.parametrize("country", ["DE", ""])
def test_a_part_of_a_number_is_part_of_its_key(text: str, country: str) -> None:
    part = searched_digits(text, country)

    assert len(part) >= 4
    assert part in "493023125123"


@pytest.mark.parametrize(
    "text", ["123", "+49 30", "030", "0", "", "23125 x", "a@b", "crm-2312", "-"]
)
def test_other_texts_and_few_digits_are_no_phone_number(text: str) -> None:
    assert searched_digits(text, "DE") == ""


@given(st.text("0123456789+() -/.", max_size=30), st.sampled_from(["DE", "US", "IT", ""]))
def test_a_whole_number_contains_what_is_looked_for(text: str, country: str) -> None:
    key, part = phone_key(text, country), searched_digits(text, country)

    assert key is None or part in key


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("030 231250", "+4930231250"),
        ("0033 1 44 83 12 34", "+33144831234"),
        ("+49 (30) 231250", "+4930231250"),
        ("12", "12"),
        ("ask at the desk", "ask at the desk"),
    ],
)
def test_a_number_is_completed_as_it_is_dialled_in_the_country(text: str, complete: str) -> None:
    assert to_e164(text, "DE") == complete


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("+4930231250", "+49 30 231250"),
        ("030 231250", "030 231250"),
        ("+49 30/23 12 50", "+49 30/23 12 50"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_complete_number_is_shown_in_groups(phone: str | None, text: str) -> None:
    assert format_phone(phone) == text
