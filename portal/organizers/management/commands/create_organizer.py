"""manage.py create_organizer SLUG --name NAME [--timezone TZ] [--country CODE]."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from portal.organizers import services
from portal.organizers.management.errors import command_error


class Command(BaseCommand):
    """Creates an organizer."""

    help = "Create an organizer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the short name in URLs, like bigevents")
        parser.add_argument("--name", required=True)
        parser.add_argument("--timezone", default="UTC", metavar="TZ", help="default: UTC")
        parser.add_argument(
            "--country",
            metavar="CODE",
            help="of phone numbers without a country code, like DE; default: that of the time zone",
        )

    def handle(self, *, slug: str, name: str, timezone: str, country: str | None, **_: Any) -> None:
        try:
            organizer = services.create_organizer(
                slug=slug, name=name, timezone=timezone, country=country
            )
        except ValidationError as error:
            raise command_error(error) from error
        self.stdout.write(f"Created {organizer.name} ({organizer.slug}).")
