"""Model fields that define their validators, so that migrations do not contain the validators."""

from __future__ import annotations

from django.db import models

from portal.organizers.permissions import validate_permissions
from portal.organizers.validators import (
    validate_country,
    validate_pretix_url,
    validate_timezone,
)


class PermissionsField(models.JSONField):
    """A list of values of the enumeration Permission."""

    default_validators = [validate_permissions]


class TimeZoneField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The name of an IANA time zone, like Europe/Berlin."""

    default_validators = [validate_timezone]


class CountryField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The ISO code of a country, like DE; "" for no country."""

    default_validators = [validate_country]


class PretixUrlField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The URL of an organizer in the control panel of pretix."""

    default_validators = [validate_pretix_url]
