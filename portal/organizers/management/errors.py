"""Errors of management commands."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management import CommandError

from portal.organizers import services
from portal.organizers.models import Organizer


def find_organizer(slug: str) -> Organizer:
    """The organizer with this slug. Raises CommandError."""
    try:
        return services.get_organizer(slug)
    except services.UnknownOrganizer as error:
        raise CommandError(f"There is no organizer {slug!r}.") from error


def command_error(error: ValidationError) -> CommandError:
    """A CommandError with one line for each error. A line begins with the name of the field."""
    if hasattr(error, "error_dict"):
        lines = [
            message if field == "__all__" else f"{field}: {message}"
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    else:
        lines = error.messages
    return CommandError("\n".join(lines))
