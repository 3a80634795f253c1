"""A program for tests: edits customers in several threads, and prints the outcome of each edit.

python -m portal.customers.tests.changing.concurrent_edits SEED NUMBER
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import django
from django.db import connections

THREADS: Final = 4
# Fewer than two emails for each customer, so that editors wait for each other's emails and swap
# them.
EMAILS: Final = [f"email{number}@example.org" for number in range(25)]


def _edits(seed: int, number: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Random edits: the number of a customer, and its new values."""
    chance = random.Random(seed)  # noqa: S311  no secret
    for count in range(number):
        values = {
            "notes": f"{seed}-{count}",
            "email": chance.choice(EMAILS),
            "external_identifier": f"{seed}-{count}",
        }
        yield (
            chance.randrange(20),
            {name: values[name] for name in chance.sample(sorted(values), chance.randint(1, 2))},
        )


def edit(number: int, values: dict[str, Any]) -> str:
    """Read a customer, and change it as the edit page does. Returns the outcome of the edit."""
    from django_scopes import scope

    from portal.customers import services
    from portal.history.actors import Actor
    from portal.organizers.services import get_organizer

    organizer = get_organizer("bigevents")
    with scope(organizer=organizer):
        customer = services.get_customer(organizer, f"EDIT{number:02}")
        try:
            services.change_customer(
                organizer,
                customer.identifier,
                values,
                actor=Actor.from_command("edit"),
                since=customer.version,
            )
        except services.EditConflict:
            return "conflict"
        except services.InvalidValues:
            return "taken"
        finally:
            connections.close_all()
        return "applied"


def main(seed: str, number: str) -> None:
    django.setup()
    edits = [*_edits(int(seed), int(number))]
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = pool.map(edit, *zip(*edits, strict=True))
        json.dump([*zip(outcomes, (values for _number, values in edits), strict=True)], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
