"""manage.py create_token ORGANIZER --name NAME [--permission PERMISSION ...]."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from portal.organizers import services
from portal.organizers.management.refusals import explain, find_organizer
from portal.organizers.permissions import Permission


class Command(BaseCommand):
    """Standard output has the token and nothing else, so that it can be captured."""

    help = "Create an API token of an organizer, and print it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument(
            "--permission",
            action="append",
            choices=Permission.values,
            help=f"can be repeated; default: {Permission.READ_CUSTOMERS}",
        )

    def handle(
        self, *, organizer: str, name: str, permission: Sequence[str] | None, **_: Any
    ) -> None:
        wanted = permission or [Permission.READ_CUSTOMERS]
        try:
            token = services.create_token(find_organizer(organizer), name=name, permissions=wanted)
        except ValidationError as error:
            raise explain(error) from error
        self.stdout.write(token)
        self.stderr.write("This token is shown once. Only its hash is kept.", self.style.NOTICE)
