"""manage.py create_staff EMAIL --organizer SLUG: the password is asked for, or read with a flag."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portal.organizers import services
from portal.organizers.management.refusals import explain, find_organizer


class Command(BaseCommand):
    """A password is no argument: those are seen in process lists and shell histories."""

    help = (
        "Let a person sign in and do everything at an organizer. "
        "One who has an account already keeps its password."
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
        owner = find_organizer(organizer)
        password = _read_password() if password_stdin else _ask_password()
        try:
            user = services.create_staff(owner, email=email, password=password)
        except ValidationError as error:
            raise explain(error) from error
        self.stdout.write(f"{user.email} may sign in to {owner.name}.")


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _ask_password() -> str:
    try:
        password, again = getpass("Password: "), getpass("Password again: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("No password, nothing was created.") from error
    if password != again:
        raise CommandError("The passwords differ, nothing was created.")
    return password
