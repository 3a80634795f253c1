"""The permissions of teams and tokens."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """A permission of a team or a token. A permission that pretix has too has the same value."""

    READ_CUSTOMERS = "organizer.customers:read", _("Read customers")
    READ_NOTES = "organizer.customers.notes:read", _("Read notes on customers")
    WRITE_CUSTOMERS = "organizer.customers:write", _("Change customers")
    ERASE_CUSTOMERS = "organizer.customers:erase", _("Erase customers")
    EXPORT_CUSTOMERS = "organizer.customers:export", _("Export customers")
    SHARE_VIEWS = "organizer.customers.views:share", _("Share views of the list")
    WRITE_TEAMS = "organizer.teams:write", _("Change teams and tokens")


def validate_permissions(value: object) -> None:
    """Raises ValidationError unless the value is a list of permissions."""
    if not isinstance(value, list) or not set(value) <= set(Permission.values):
        raise ValidationError(_("Not a list of permissions: %(value)s"), params={"value": value})
