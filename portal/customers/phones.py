"""Phone numbers as search compares them, as they are stored, and as people read them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    national_significant_number,
    normalize_digits_only,
    parse,
    region_code_for_country_code,
)

# Most stored numbers. The library takes 50 microseconds for each, as long as all else of a row.
INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9 ]{5,18}")
COUNTRY_CODES: Final = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
ANY_CHARACTERS: Final = re.compile(r"[\d\s()\[\]+\uff0b/.,\u2010-\u2015\u2212-]+")
DOUBLE_ZERO: Final = re.compile(r"\A[\s(\[]*00(?=[\s)\]]*[1-9])")
PLUS: Final = re.compile(r"[\s(\[]*[+\uff0b]")
E164: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)
# With fewer, too many customers have the digits somewhere.
FEWEST_DIGITS: Final = 4


def phone_key(phone: str, country: str) -> str | None:
    """The digits of the international number (E.164 without `+`): `493023125` for `030 23125`.

    A number without a country code is one of `country`, an ISO code or empty. The result is all
    digits of the text if it is no number of a known country, and None if it has no digits.
    """
    if key := _read_international(phone):
        return key
    text = DOUBLE_ZERO.sub("+", phone)
    digits = normalize_digits_only(text)
    number = _parse(text, country)
    if not PLUS.match(text):
        number = _with_lost_plus(digits, number)
    if number is None:
        return digits or None
    return f"{number.country_code}{national_significant_number(number)}"


def part_of_phone(text: str, country: str) -> str:
    """The digits that a key has if the text is its phone number or a part of it.

    Empty for any other text, and for fewer than FEWEST_DIGITS without those of the country.
    """
    if not ANY_CHARACTERS.fullmatch(text):
        return ""
    text = DOUBLE_ZERO.sub("+", text)
    digits, number, has_plus = normalize_digits_only(text), _parse(text, country), PLUS.match(text)
    if not has_plus:
        number = _with_lost_plus(digits, number)
    national = national_significant_number(number) if number else digits
    if len(national.lstrip("0")) < FEWEST_DIGITS:
        return ""
    if number and has_plus:
        return f"{number.country_code}{national}"
    return national.lstrip("0")


def complete_phone(text: str, country: str) -> str:
    """The number in E.164 as one dials it in the country; a text that is no number as it is."""
    number = _parse(text, country)
    if number is None or not is_valid_number(number):
        return text
    return format_number(number, PhoneNumberFormat.E164)


def international_phone(phone: str | None) -> str:
    """A number in E.164 as people read it: `+49 30 23125`. Other texts stay as they are."""
    if not phone or not E164.fullmatch(phone):
        return phone or ""
    number = _parse(phone, "")
    return format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else phone


def _read_international(phone: str) -> str | None:
    """The key of a number that the library would not change; None for any other."""
    if not INTERNATIONAL.fullmatch(phone):
        return None
    digits = phone[1:].replace(" ", "")
    code = next((each for n in (1, 2, 3) if (each := digits[:n]) in COUNTRY_CODES), None)
    if code is None or ((prefix := _national_prefix(code)) and prefix.match(digits, len(code))):
        return None
    return digits


@cache
def _national_prefix(code: str) -> re.Pattern[str] | None:
    """What the library removes from the start of national numbers of a country."""
    metadata = PhoneMetadata.metadata_for_region(region_code_for_country_code(int(code)), None)
    prefix = metadata and metadata.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None


def _with_lost_plus(digits: str, number: PhoneNumber | None) -> PhoneNumber | None:
    """The number whose `+` is lost, as spreadsheets make 491701234567 of +491701234567.

    Otherwise the number as it was read in the country.
    """
    # No code of a country begins with a zero, but most national numbers do.
    complete = None if digits.startswith("0") else _parse(f"+{digits}", "")
    if complete is None or not is_valid_number(complete):
        return number
    is_of_country = number is not None and complete.country_code == number.country_code
    return complete if is_of_country or not number or not is_valid_number(number) else number


def _parse(text: str, country: str) -> PhoneNumber | None:
    try:
        return parse(text, country or None)
    except NumberParseException:
        return None
