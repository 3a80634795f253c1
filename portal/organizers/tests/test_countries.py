"""The country of a time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from phonenumbers import SUPPORTED_REGIONS

from portal.organizers.countries import country_of_timezone


@pytest.mark.parametrize(
    ("timezone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("Asia/Tokyo", "JP"),
        ("UTC", ""),
        ("Etc/GMT-1", ""),
        ("Antarctica/Troll", ""),
    ],
)
def test_a_time_zone_has_at_most_one_country(timezone: str, country: str) -> None:
    assert country_of_timezone(timezone) == country


def test_the_country_of_every_time_zone_has_phone_numbers() -> None:
    countries = {*map(country_of_timezone, available_timezones())}

    assert countries - {""} <= SUPPORTED_REGIONS
    assert len(countries) > 200
