"""Converts phone numbers for search, for storage and for display."""

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

# Matches most stored numbers. Matching numbers are not parsed by the library phonenumbers. Parsing
# takes 50 microseconds, as long as everything else that an import does with a row.
INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9 ]{5,18}")
COUNTRY_CODES: Final = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
ANY_CHARACTERS: Final = re.compile(r"[\d\s()\[\]+\uff0b/.,\u2010-\u2015\u2212-]+")
DOUBLE_ZERO: Final = re.compile(r"\A[\s(\[]*00(?=[\s)\]]*[1-9])")
PLUS: Final = re.compile(r"[\s(\[]*[+\uff0b]")
E164: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)
# A search for fewer digits would match too many customers.
MIN_DIGITS: Final = 4


def phone_key(phone: str, country: str) -> str | None:
    """The digits of an international number (E.164 without `+`): `493023125` for `030 23125`.

    A number without a country code is a number of `country`, an ISO code or empty. If the text is
    no number of a known country, the result has all its digits. A text without digits has no key:
    None.
    """
    if key := _read_international(phone):
        return key
    text = DOUBLE_ZERO.sub("+", phone)
    digits = normalize_digits_only(text)
    number = _parse_number_or_none(text, country)
    if not PLUS.match(text):
        number = _restore_lost_plus(digits, number)
    if number is None:
        return digits or None
    return f"{number.country_code}{national_significant_number(number)}"


def searched_digits(text: str, country: str) -> str:
    """The digits to search for in the keys of phone numbers if a user types `text`.

    Empty if the text is no part of a phone number, or has fewer than MIN_DIGITS digits without
    the country code.
    """
    if not ANY_CHARACTERS.fullmatch(text):
        return ""
    text = DOUBLE_ZERO.sub("+", text)
    digits, number, has_plus = (
        normalize_digits_only(text),
        _parse_number_or_none(text, country),
        PLUS.match(text),
    )
    if not has_plus:
        number = _restore_lost_plus(digits, number)
    national = national_significant_number(number) if number else digits
    if len(national.lstrip("0")) < MIN_DIGITS:
        return ""
    if number and has_plus:
        return f"{number.country_code}{national}"
    return national.lstrip("0")


def to_e164(text: str, country: str) -> str:
    """Convert a number that can be dialed in the country to E.164.

    Other texts are returned unchanged.
    """
    number = _parse_number_or_none(text, country)
    if number is None or not is_valid_number(number):
        return text
    return format_number(number, PhoneNumberFormat.E164)


def format_phone(phone: str | None) -> str:
    """Format a number in E.164 for display: `+49 30 23125`. Other texts are returned unchanged."""
    if not phone or not E164.fullmatch(phone):
        return phone or ""
    number = _parse_number_or_none(phone, "")
    return format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else phone


def _read_international(phone: str) -> str | None:
    """The key of a number whose digits phonenumbers would not change; None for other numbers."""
    if not INTERNATIONAL.fullmatch(phone):
        return None
    digits = phone[1:].replace(" ", "")
    code = next((each for n in (1, 2, 3) if (each := digits[:n]) in COUNTRY_CODES), None)
    if code is None or ((prefix := _national_prefix(code)) and prefix.match(digits, len(code))):
        return None
    return digits


@cache
def _national_prefix(code: str) -> re.Pattern[str] | None:
    """Matches the prefix that phonenumbers removes from national numbers of the country."""
    metadata = PhoneMetadata.metadata_for_region(region_code_for_country_code(int(code)), None)
    prefix = metadata and metadata.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None


def _restore_lost_plus(digits: str, number: PhoneNumber | None) -> PhoneNumber | None:
    """Parse digits whose `+` a spreadsheet has removed: 491701234567 for +491701234567.

    If the digits with `+` are no valid number, the result is `number`, which was parsed as a number
    of the country.
    """
    # No country code begins with a zero, so digits that begin with a zero have lost no `+`.
    complete = None if digits.startswith("0") else _parse_number_or_none(f"+{digits}", "")
    if complete is None or not is_valid_number(complete):
        return number
    is_of_country = number is not None and complete.country_code == number.country_code
    return complete if is_of_country or not number or not is_valid_number(number) else number


def _parse_number_or_none(text: str, country: str) -> PhoneNumber | None:
    try:
        return parse(text, country or None)
    except NumberParseException:
        return None
