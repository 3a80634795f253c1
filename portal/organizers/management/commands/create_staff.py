"""manage.py create_staff EMAIL --organizer SLUG [--password-stdin]."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.organizers import services
from portal.organizers.management.errors import command_error, find_organizer


class Command(BaseCommand):
    """Creates a member.

    The password is not an argument, because process lists and shell histories contain arguments.
    """

    help = (
        "Add a member with every permission to an organizer. "
        "An existing account keeps its password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organizer", required=True, metavar="SLUG")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )

    def handle(self, *, email: str, organizer: str, password_stdin: bool, **_: Any) -> None:
        found = find_organizer(organizer)
        password = _read_password() if password_stdin else _prompt_for_password()
        try:
            user = services.create_staff(found, email=email, password=password)
        except ValidationError as error:
            raise command_error(error) from error
        self.stdout.write(f"{user.email} is a member of {found.name}.")


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _prompt_for_password() -> str:
    try:
        password, again = getpass("Password: "), getpass("Password again: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("No password was entered. Nothing was created.") from error
    if password != again:
        raise CommandError("The passwords differ. Nothing was created.")
    return password
