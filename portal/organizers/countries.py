"""The country of an organizer, which is that of its phone numbers without a country code."""

from functools import cache
from importlib.resources import files

from phonenumbers import SUPPORTED_REGIONS


def country_of_timezone(timezone: str) -> str:
    """The country of a time zone: DE for Europe/Berlin. Empty for UTC and for former names."""
    return _countries().get(timezone, "")


@cache
def _countries() -> dict[str, str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[2]: row[0] for row in rows if row[0] in SUPPORTED_REGIONS}
