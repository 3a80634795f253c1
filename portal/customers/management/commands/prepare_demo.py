"""manage.py prepare_demo: everything that a first look at Portal needs. `make run` calls it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.customers.demo.customers import EXAMPLE, demo_customers
from portal.customers.importing.load import has_customers, load_customers
from portal.customers.importing.rows import Placed
from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

EMAIL: Final = "demo@example.org"
PASSWORD: Final = "bigevents-demo"  # noqa: S105  Printed for everybody, for invented customers.
CUSTOMERS: Final = 5_000
OTHER_CUSTOMERS: Final = 40
READY: Final = """\
Portal has a demo: two organizers, invented customers.

  Address    {address}
  Email      {email}
  Password   {password}

The same customers as JSON:

  curl -H "Authorization: Token {token}" \\
    {address}/api/v1/organizers/{organizer}/customers/
"""


class Command(BaseCommand):
    """Quick and without effect where the demo is there already."""

    help = "Prepare the demo: organizers, customers, somebody who may sign in, an API token."

    def handle(self, **_: Any) -> None:
        organizer = _find_or_create("bigevents", "Big Events LLC", "Europe/Berlin")
        # Its customers must be seen nowhere when the demo's person looks around.
        other = _find_or_create("smallshows", "Small Shows", "UTC")
        today = datetime.now(UTC).date()
        example = Placed("the specification's example", EXAMPLE)
        _fill(organizer, chain([example], demo_customers(CUSTOMERS - 1, until=today)))
        _fill(other, demo_customers(OTHER_CUSTOMERS, seed=2, until=today))
        services.create_staff(organizer, email=EMAIL, password=PASSWORD)
        self._tell(organizer, _token(organizer))

    def _tell(self, organizer: Organizer, token: str) -> None:
        self.stdout.write(
            READY.format(
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


def _fill(organizer: Organizer, rows: Iterable[Placed]) -> None:
    """Whatever customers there are, they are left alone."""
    if not has_customers(organizer):
        load_customers(organizer, rows)


def _token(organizer: Organizer) -> str:
    """The one in the file while it works: the database may be newer than the file."""
    path: Path = settings.VAR_DIR / "demo-token"
    if path.exists() and _works(organizer, token := path.read_text().strip()):
        return token
    tokens.revoke_named(organizer, name="demo")
    token = tokens.create_token(organizer, name="demo", permissions=[Permission.READ_CUSTOMERS])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Private from the first byte on, whatever the umask and the file before.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token}\n")
    return token


def _works(organizer: Organizer, token: str) -> bool:
    try:
        access = tokens.authenticate_token(token)
    except (tokens.UnknownToken, tokens.RevokedToken):
        return False
    return access.organizer == organizer and access.may(Permission.READ_CUSTOMERS)
