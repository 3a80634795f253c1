"""manage.py seed_demo ORGANIZER --customers N: customers who do not exist."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django_scopes import scope
from tqdm import tqdm

from portal.customers.demo import UNTIL, demo_customers
from portal.customers.loading import add_customers, load_customers
from portal.customers.models import Customer
from portal.organizers.management.refusals import find_organizer


class Command(BaseCommand):
    """The same seed gives the same customers, so doing it again changes nothing."""

    help = "Give an organizer plausible customers for demonstrations and measurements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("--customers", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            default=UNTIL,
            metavar="YYYY-MM-DD",
            help=f"nothing happens from this day on; default: {UNTIL}",
        )

    def handle(
        self, *, organizer: str, customers: int, seed: int, until: date, verbosity: int, **_: Any
    ) -> None:
        rows = tqdm(
            demo_customers(customers, seed=seed, until=until),
            total=customers,
            unit=" customers",
            disable=True if verbosity == 0 else None,
        )
        owner = find_organizer(organizer)
        with scope(organizer=owner):
            load = load_customers if Customer.objects.exists() else add_customers
        self.stdout.write(str(load(owner, rows)))
