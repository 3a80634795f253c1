"""Validators of the fields of an organizer."""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

PRETIX_URL: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/control/organizer/[A-Za-z0-9.-]+/"
)


def validate_timezone(value: str) -> None:
    """Raises ValidationError unless the value is the name of a time zone, like Europe/Berlin."""
    if value not in _timezone_names():
        raise ValidationError(_("Not a time zone: %(value)s"), params={"value": value})


@cache
def _timezone_names() -> frozenset[str]:
    """The names of all time zones. Cached, because reading the files of the system takes 5 ms."""
    return frozenset(available_timezones())


def validate_country(value: str) -> None:
    """Raises ValidationError unless the value is the code of a country, like DE."""
    if value not in SUPPORTED_REGIONS:
        raise ValidationError(_("Not a code of a country: %(value)s"), params={"value": value})


def validate_pretix_url(value: str) -> None:
    """Raises ValidationError unless the value is the URL of an organizer in pretix's control panel.

    Other schemes than http and https are rejected, because pages have the URL as a link.
    """
    if not PRETIX_URL.fullmatch(value):
        raise ValidationError(
            _(
                "Use the address of the organizer in pretix, like"
                " https://pretix.eu/control/organizer/bigevents/, not %(value)s"
            ),
            params={"value": value},
        )
