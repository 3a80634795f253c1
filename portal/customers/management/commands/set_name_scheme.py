"""manage.py set_name_scheme ORGANIZER SCHEME: set the name parts that forms have as inputs."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from portal.customers.names import SCHEMES
from portal.organizers import services
from portal.organizers.management.errors import find_organizer


class Command(BaseCommand):
    """Stored names do not change.

    Editing a name in a form gives the name the parts of the new scheme.
    """

    help = "Set the parts of names that forms ask for, and how a name is composed of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = "Schemes and their parts:\n" + "\n".join(
            f"  {scheme}: {', '.join(parts)}" for scheme, parts in SCHEMES.items()
        )
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("scheme", metavar="SCHEME", choices=SCHEMES, help="like given_family")

    def handle(self, *, organizer: str, scheme: str, **_: Any) -> None:
        services.set_name_scheme(find_organizer(organizer), scheme)
        self.stdout.write(f"Names consist of: {', '.join(SCHEMES[scheme])}.")
