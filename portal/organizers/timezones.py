"""Names of time zones in the IANA database."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_timezone(value: str) -> None:
    """Raise ValidationError unless the value names a time zone, like Europe/Berlin."""
    if value not in available_timezones():
        raise ValidationError(_("Not a time zone: %(value)s"), params={"value": value})
