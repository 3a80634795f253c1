"""manage.py set_pretix_url SLUG URL."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from portal.organizers import services
from portal.organizers.management.errors import command_error, find_organizer


class Command(BaseCommand):
    """Sets the URL in pretix from which the link "Open in pretix" of a customer is made."""

    help = "Set the address of an organizer in pretix."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the short name in URLs, like bigevents")
        parser.add_argument(
            "url",
            help='like https://pretix.eu/control/organizer/bigevents/; "" removes the address',
        )

    def handle(self, *, slug: str, url: str, **_: Any) -> None:
        organizer = find_organizer(slug)
        try:
            services.set_pretix_url(organizer, url=url)
        except ValidationError as error:
            raise command_error(error) from error
        self.stdout.write(f"Pages of customers link to {url}." if url else "Removed the address.")
