"""manage.py create_token ORGANIZER --name NAME [--permission PERMISSION ...] [--all-fields] ..."""

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
from portal.organizers.management.errors import command_error, find_organizer
from portal.organizers.permissions import Permission


class Command(BaseCommand):
    """Creates a token. Prints only the key to standard output, for use in scripts."""

    help = "Create an API token of an organizer, and print the token once."

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
            "--all-fields",
            action="store_true",
            help="return the thirteen fields of current versions of pretix instead of ten;"
            f" requires --permission {Permission.READ_NOTES}",
        )
        parser.add_argument(
            "--expires",
            type=_parse_expiry,
            metavar="WHEN",
            help="a number of days, or the date on which the token expires (2027-01-31, UTC)",
        )
        parser.add_argument(
            "--key-stdin",
            action="store_true",
            help="read an existing key from standard input instead of creating one",
        )

    def handle(
        self,
        *,
        organizer: str,
        name: str,
        permission: Sequence[str] | None,
        all_fields: bool,
        expires: datetime | None,
        key_stdin: bool,
        **_: Any,
    ) -> None:
        try:
            token = tokens.create_token(
                find_organizer(organizer),
                name=name,
                permissions=permission or [Permission.READ_CUSTOMERS],
                has_all_fields=all_fields,
                expires=expires,
                key=sys.stdin.readline().strip() if key_stdin else None,
            )
        except ValidationError as error:
            raise command_error(error) from error
        if key_stdin:
            self.stderr.write("The token is active. Only the hash of its key is stored.")
            return
        self.stdout.write(token)
        self.stderr.write("This token is shown once. Only its hash is stored.", self.style.NOTICE)


def _parse_expiry(text: str) -> datetime:
    try:
        if text.isdecimal():
            expires = timezone.now() + timedelta(days=int(text))
        else:
            expires = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError("enter a number of days, or a date like 2027-01-31") from error
    if expires <= timezone.now():
        raise ArgumentTypeError("the date is in the past")
    return expires
