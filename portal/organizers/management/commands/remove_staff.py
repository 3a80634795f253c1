"""manage.py remove_staff EMAIL --organizer SLUG."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.organizers import services
from portal.organizers.management.errors import find_organizer


class Command(BaseCommand):
    """Removes a member. Does not delete the account, which may be in teams of other organizers."""

    help = "Remove a member from all teams of an organizer. The member's tokens stay: revoke them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organizer", required=True, metavar="SLUG")

    def handle(self, *, email: str, organizer: str, **_: Any) -> None:
        found = find_organizer(organizer)
        try:
            services.remove_staff(found, email=email)
        except services.UnknownMember as error:
            raise CommandError(f"{email} is not a member of {found.name}.") from error
        self.stdout.write(f"{email} is no longer a member of {found.name}.")
