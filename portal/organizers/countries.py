"""Finds the country of a time zone, which is the default country of an organizer."""

from functools import cache
from importlib.resources import files

from phonenumbers import SUPPORTED_REGIONS


def country_of_timezone(timezone: str) -> str:
    """The ISO code of the country: DE for Europe/Berlin; "" for UTC and obsolete time zones."""
    return _countries_by_timezone().get(timezone, "")


@cache
def _countries_by_timezone() -> dict[str, str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[2]: row[0] for row in rows if row[0] in SUPPORTED_REGIONS}
