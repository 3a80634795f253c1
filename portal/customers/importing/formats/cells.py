"""Converts the cells of spreadsheets to values of fields."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Final

import django
import orjson
from django.conf.locale import LANG_INFO

from portal.customers import locales
from portal.customers.importing.formats.columns import column_key
from portal.customers.importing.rows import MAX_FLOAT, parse_source_time
from portal.customers.local_times import format_api_time, span_of_local_time

Cell = str | float | bool | date | time | datetime | timedelta

YES: Final = frozenset({"yes", "ja", "true", "wahr", "1", "y", "j", "x"})
NO: Final = frozenset({"no", "nein", "false", "falsch", "0", "n"})
# Matches numbers such as 4.9E+11. Spreadsheets save long numbers in CSV in this notation, and lose
# digits.
ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII)
ISO_TIME: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?"
    r" ?(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
GERMAN_TIME: Final = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
    r"(?:,? +(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: Uhr)?)?",
    re.ASCII,
)
LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)
# The English and German names of languages in pretix, if Django has other names or none.
LANGUAGES: Final = {
    "de-informal": ("German (informal)", "Deutsch (Du)"),
    "nl-informal": ("Dutch (informal)", "Niederländisch (informell)"),
    "zh-hans": ("Chinese (simplified)", "Chinesisch (vereinfacht)"),
    "zh-hant": ("Chinese (traditional)", "Chinesisch (traditionell)"),
    "nb-no": ("Norwegian Bokmål", "Norwegisch (Bokmål)"),
    "pt-pt": ("Portuguese (Portugal)", "Portugiesisch (Portugal)"),
    "pt-br": ("Portuguese (Brazil)", "Portugiesisch (Brasilien)"),
    "es-419": ("Spanish (Latin America)", "Spanisch (Lateinamerika)"),
}


class InvalidCell(ValueError):
    """The cell has no valid value of its field. The message of the exception is the reason."""


def read_cell(field: str, cell: Cell, zone: tzinfo) -> Any:
    """Convert a cell that is not empty to a value as in the JSON of the API. Raises InvalidCell.

    A date without a time stays a date, such as `2026-12-31`.
    """
    reader = READERS.get(field)
    return reader(cell, zone) if reader else cell_as_text(cell)


def read_source_time(text: str, zone: tzinfo) -> datetime:
    """Parse a source time in one of the notations of cells. Raises ValueError."""
    found = _read_time(text.strip(), zone)
    if len(found) == len("2026-12-31"):
        found = _format_in_utc(datetime.combine(date.fromisoformat(found), time.min), zone)
    return parse_source_time(found)


def cell_as_text(cell: Cell) -> str:
    """Convert a cell to text. A whole number gets no decimal point. Raises InvalidCell."""
    if isinstance(cell, float) and cell.is_integer():
        if abs(cell) >= MAX_FLOAT:
            raise InvalidCell("is a rounded number: format the column as text")
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def _read_digits(cell: Cell, _zone: tzinfo) -> str:
    text = cell_as_text(cell)
    if ROUNDED.fullmatch(text):
        raise InvalidCell("is a rounded number: format the column as text")
    return text


def _read_yes_no(cell: Cell, _zone: tzinfo) -> bool:
    if isinstance(cell, bool):
        return cell
    text = cell_as_text(cell).casefold()
    if text not in YES | NO:
        raise InvalidCell("must be yes or no")
    return text in YES


def _read_time(cell: Cell, zone: tzinfo) -> str:
    if isinstance(cell, datetime):
        return _format_in_utc(cell, zone)
    if isinstance(cell, date):
        return cell.isoformat()
    match = ISO_TIME.fullmatch(text := cell_as_text(cell)) or GERMAN_TIME.fullmatch(text)
    if not match:
        raise InvalidCell("must be a date like 2026-12-31 or 31.12.2026, or a time of that day")
    try:
        moment = _parse_time(match.groupdict())
        if isinstance(moment, datetime):
            return _format_in_utc(moment, zone)
        # Raises an error if the start of the day is before the year 1 in UTC.
        _format_in_utc(datetime.combine(moment, time.min), zone)
        return moment.isoformat()
    except (ValueError, OverflowError) as error:
        raise InvalidCell("is not a time of the calendar") from error


def _parse_time(found: Mapping[str, str | None]) -> date | datetime:
    year, month, day, hour, minute, second = (
        int(found.get(unit) or 0) for unit in ("year", "month", "day", "hour", "minute", "second")
    )
    if found["hour"] is None:
        return date(year, month, day)
    fraction = int((found.get("fraction") or "").ljust(6, "0"))
    offset = found.get("zone")
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo if offset else None
    return datetime(year, month, day, hour, minute, second, fraction, zone)


def _format_in_utc(moment: datetime, zone: tzinfo) -> str:
    """Convert a time to UTC.

    If the clocks skipped a local time, the result is the time of the clock change. If the clocks
    showed a local time twice, the result is the first of the two times.
    """
    return format_api_time(moment if moment.tzinfo else span_of_local_time(moment, zone).start)


def _read_language(cell: Cell, _zone: tzinfo) -> str:
    text = cell_as_text(cell)
    code = _languages().get(column_key(text)) or text.lower().replace("_", "-")
    if not LANGUAGE_CODE.fullmatch(code):
        raise InvalidCell("is not a language or its code, like de")
    return code


@cache
def _languages() -> dict[str, str]:
    """Language codes by the name of each language in English, in German and in its own language."""
    catalogue = Path(django.__file__).parent / "conf" / "locale"
    # Django's gettext functions are not used, because they translate nothing while USE_I18N is
    # false.
    german = gettext.translation("django", catalogue, ["de"])
    named = {code: info for code, info in LANG_INFO.items() if "name" in info}
    codes = {column_key(str(name)): code for code, name in locales.NAMES.items()}
    for code, info in named.items():
        for name in (info["name"], german.gettext(info["name"]), info["name_local"]):
            codes.setdefault(column_key(name), code)
    return codes | {column_key(name): code for code, names in LANGUAGES.items() for name in names}


def _read_parts(cell: Cell, _zone: tzinfo) -> object:
    try:
        return orjson.loads(cell_as_text(cell))
    except orjson.JSONDecodeError as error:
        raise InvalidCell("is not JSON") from error


READERS: Final[Mapping[str, Callable[[Cell, tzinfo], Any]]] = {
    "identifier": _read_digits,
    "external_identifier": _read_digits,
    "phone": _read_digits,
    "is_active": _read_yes_no,
    "is_verified": _read_yes_no,
    "last_login": _read_time,
    "date_joined": _read_time,
    "last_modified": _read_time,
    "locale": _read_language,
    "name_parts": _read_parts,
}
