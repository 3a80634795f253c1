"""manage.py seed_demo ORGANIZER --customers N: create N invented customers."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from itertools import starmap
from typing import Any, Never

from django.core.management.base import BaseCommand
from tqdm import tqdm

from portal.customers.demo.customers import BLOCK_SIZE, DEFAULT_UNTIL, demo_block
from portal.customers.importing.encode import EncodedBatch, encode_batch
from portal.customers.importing.load import load_batches
from portal.customers.importing.workers import close_connections, map_in_processes
from portal.organizers.management.errors import find_organizer


class Command(BaseCommand):
    """The same seed generates the same customers, so a second run changes nothing."""

    # System checks are skipped: they import all views, which takes a fifth of a second.
    requires_system_checks = ()
    help = "Create plausible customers for demonstrations and measurements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("--customers", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            default=DEFAULT_UNTIL,
            metavar="YYYY-MM-DD",
            help=f"all times of customers are before this day; default: {DEFAULT_UNTIL}",
        )

    def handle(
        self, *, organizer: str, customers: int, seed: int, until: date, verbosity: int, **_: Any
    ) -> None:
        count, quiet = customers, True if verbosity == 0 else None
        owner = find_organizer(organizer)
        with (
            _prepare_batches(count, seed, until, owner.country) as batches,
            tqdm(total=count, unit=" customers", disable=quiet) as bar,
        ):
            report = load_batches(owner, _with_progress(bar, batches))
        self.stdout.write(str(report))


def _prepare_batches(
    count: int, seed: int, until: date, country: str
) -> AbstractContextManager[Iterator[EncodedBatch]]:
    """Invented customers as batches for the staging table.

    Other processes encode the batches if there is more than one.
    """
    blocks = (
        (first, min(BLOCK_SIZE, count - first), seed, until, country)
        for first in range(0, count, BLOCK_SIZE)
    )
    if count > BLOCK_SIZE:
        close_connections()
        return map_in_processes(_prepare_batch, blocks)
    return nullcontext(starmap(_prepare_batch, blocks))


def _prepare_batch(first: int, count: int, seed: int, until: date, country: str) -> EncodedBatch:
    return encode_batch(demo_block(first, count, seed=seed, until=until), first, country=country)


def _with_progress(bar: tqdm[Never], batches: Iterable[EncodedBatch]) -> Iterator[EncodedBatch]:
    for batch in batches:
        yield batch
        bar.update(batch.length)
