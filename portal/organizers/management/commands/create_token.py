"""manage.py create_token ORGANIZER --name NAME [--permission PERMISSION ...] [--expires WHEN]."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.organizers import tokens
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
        parser.add_argument(
            "--expires",
            type=_end,
            metavar="WHEN",
            help="a number of days, or the day (2027-01-31, UTC) from which on it is refused",
        )
        parser.add_argument(
            "--key-stdin",
            action="store_true",
            help="take a key that programs have already, from standard input",
        )

    def handle(
        self,
        *,
        organizer: str,
        name: str,
        permission: Sequence[str] | None,
        expires: datetime | None,
        key_stdin: bool,
        **_: Any,
    ) -> None:
        try:
            token = tokens.create_token(
                find_organizer(organizer),
                name=name,
                permissions=permission or [Permission.READ_CUSTOMERS],
                expires=expires,
                key=sys.stdin.readline().strip() if key_stdin else None,
            )
        except ValidationError as error:
            raise explain(error) from error
        if key_stdin:
            self.stderr.write("The key works from now on. Only its hash is kept.")
            return
        self.stdout.write(token)
        self.stderr.write("This token is shown once. Only its hash is kept.", self.style.NOTICE)


def _end(text: str) -> datetime:
    try:
        if text.isdecimal():
            end = timezone.now() + timedelta(days=int(text))
        else:
            end = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError("write a number of days, or a day as 2027-01-31") from error
    if end <= timezone.now():
        raise ArgumentTypeError("this is in the past")
    return end
