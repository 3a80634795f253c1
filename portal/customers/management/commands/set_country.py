"""manage.py set_country ORGANIZER CODE: set the country of phone numbers without a country code."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.organizers import services
from portal.organizers.management.errors import command_error, find_organizer


class Command(BaseCommand):
    """The phone numbers of existing customers are normalized again for the new country."""

    help = "Set the country of phone numbers without a code, and recompute what search finds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("country", metavar="CODE", help='like DE; "" for none')

    def handle(self, *, organizer: str, country: str, verbosity: int, **_: Any) -> None:
        try:
            services.set_country(find_organizer(organizer), country)
        except ValidationError as error:
            raise command_error(error) from error
        call_command("normalize_customers", verbosity=verbosity, stdout=self.stdout)
