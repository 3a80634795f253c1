"""manage.py set_history_days SLUG DAYS: after how many days expire_history deletes values."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.organizers import services
from portal.organizers.management.errors import command_error, find_organizer

ALWAYS = "always"


class Command(BaseCommand):
    """Sets for how many days the history stores the old and new values of changes."""

    help = "Set for how many days the history of an organizer keeps values."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the short name in URLs, like bigevents")
        parser.add_argument("days", help=f"like 730, or {ALWAYS}")

    def handle(self, *, slug: str, days: str, **_: Any) -> None:
        if days != ALWAYS and not (days.isascii() and days.isdigit() and len(days) < 6):
            raise CommandError(f"Give a number of days up to 99999, or {ALWAYS}.")
        try:
            services.set_history_days(find_organizer(slug), None if days == ALWAYS else int(days))
        except ValidationError as error:
            raise command_error(error) from error
        self.stdout.write(f"The history keeps values: {days}{'' if days == ALWAYS else ' days'}.")
