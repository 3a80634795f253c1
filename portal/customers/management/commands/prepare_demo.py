"""manage.py prepare_demo: create organizers, customers and a member for the demo of `make run`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand
from django_scopes import scope

from portal.customers.counters.maintained_counts import read_maintained_counts
from portal.customers.demo.customers import EXAMPLE, demo_customers
from portal.customers.importing.load import load_customers
from portal.customers.importing.rows import StagedRow
from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

EMAIL: Final = "demo@example.org"
PASSWORD: Final = "bigevents-demo"  # noqa: S105  Public: the customers are invented.
PERMISSIONS: Final = frozenset({Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS})
CUSTOMER_COUNT: Final = 5_000
OTHER_CUSTOMER_COUNT: Final = 40
SUMMARY: Final = """\
Portal has a demo: two organizers, invented customers.

  Address    {address}
  Email      {email}
  Password   {password}

The same customers as JSON:

  curl -H "Authorization: Token {token}" \\
    {address}/api/v1/organizers/{organizer}/customers/
"""


class Command(BaseCommand):
    """A second run of this command is fast and changes nothing."""

    help = "Prepare the demo: organizers, customers, a member who can sign in, an API token."
    stealth_options = ("customers",)  # an argument of call_command() only

    def handle(self, *, customers: int = CUSTOMER_COUNT, **_: Any) -> None:
        organizer = _find_or_create("bigevents", "Big Events LLC", "Europe/Berlin")
        # A second organizer, whose customers the member of the demo must never see.
        other = _find_or_create("smallshows", "Small Shows", "UTC")
        today = datetime.now(UTC).date()
        example = StagedRow("the specification's example", EXAMPLE)
        _load_unless_filled(organizer, chain([example], demo_customers(customers - 1, until=today)))
        _load_unless_filled(other, demo_customers(OTHER_CUSTOMER_COUNT, seed=2, until=today))
        services.create_staff(organizer, email=EMAIL, password=PASSWORD)
        self._print(organizer, _read_or_create_token(organizer))

    def _print(self, organizer: Organizer, token: str) -> None:
        self.stdout.write(
            SUMMARY.format(
                address=settings.PUBLIC_URL or "http://127.0.0.1:8000",
                email=EMAIL,
                password=PASSWORD,
                token=token,
                organizer=organizer.slug,
            )
        )


def _find_or_create(slug: str, name: str, timezone: str) -> Organizer:
    try:
        return services.get_organizer(slug)
    except services.UnknownOrganizer:
        return services.create_organizer(slug=slug, name=name, timezone=timezone)


def _load_unless_filled(organizer: Organizer, rows: Iterable[StagedRow]) -> None:
    """Load the customers unless the organizer has customers already."""
    with scope(organizer=organizer):
        is_empty = read_maintained_counts(organizer).total == 0
    if is_empty:
        load_customers(organizer, rows)


def _read_or_create_token(organizer: Organizer) -> str:
    """Read the token of an earlier run from its file.

    If the token is not valid, for example in a new database, create a token.
    """
    path: Path = settings.VAR_DIR / "demo-token"
    if path.exists() and _is_valid(organizer, token := path.read_text().strip()):
        return token
    tokens.revoke_tokens_by_name(organizer, name="demo")
    token = tokens.create_token(organizer, name="demo", permissions=PERMISSIONS)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # A new file with mode 0600, because the umask or an older file might let others read the token.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token}\n")
    return token


def _is_valid(organizer: Organizer, token: str) -> bool:
    try:
        access = tokens.authenticate_token(token)
    except (tokens.UnknownToken, tokens.InactiveToken):
        return False
    return access.organizer == organizer and access.permissions >= PERMISSIONS
