"""Countries by their ISO codes: that of an organizer is the country of its local phone numbers."""

from functools import cache
from importlib.resources import files

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS


def validate_country(value: str) -> None:
    """Raise ValidationError unless the value is the code of a country, like DE."""
    if value not in SUPPORTED_REGIONS:
        raise ValidationError(_("Not a code of a country: %(value)s"), params={"value": value})


def country_of_timezone(timezone: str) -> str:
    """The country of a time zone: DE for Europe/Berlin. Empty for UTC and for former names."""
    return _countries().get(timezone, "")


@cache
def _countries() -> dict[str, str]:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {row[2]: row[0] for row in rows if row[0] in SUPPORTED_REGIONS}
