"""manage.py remove_staff EMAIL --organizer SLUG: somebody leaves."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.organizers import services
from portal.organizers.management.refusals import find_organizer


class Command(BaseCommand):
    """The account stays, because it may be that of other organizers as well."""

    help = "Take a person out of every team of an organizer, at once. Tokens stay: revoke them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organizer", required=True, metavar="SLUG")

    def handle(self, *, email: str, organizer: str, **_: Any) -> None:
        owner = find_organizer(organizer)
        try:
            services.remove_staff(owner, email=email)
        except services.UnknownMember as error:
            raise CommandError(f"{email} is in no team of {owner.name}.") from error
        self.stdout.write(f"{email} may no longer see {owner.name}.")
