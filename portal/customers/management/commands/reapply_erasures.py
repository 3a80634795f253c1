"""manage.py reapply_erasures: repeat the erasures of the journal after a backup was restored."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.customers.changing.journal import read_erasures
from portal.customers.changing.reapply import ErasureOutcome, reapply_erasure
from portal.customers.models import SEARCH_INDEXES_ON_SQLITE
from portal.databases.deleted_texts import remove_deleted_texts


class Command(BaseCommand):
    """Run this command before the restored database serves requests.

    A second run changes nothing.
    """

    help = "Erase again the customers that were erased after the backup that was restored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--journal",
            type=Path,
            default=settings.ERASURE_JOURNAL,
            help="the file of the journal; default: the setting ERASURE_JOURNAL",
        )

    def handle(self, *, journal: Path, **_: Any) -> None:
        try:
            outcomes = Counter(map(reapply_erasure, read_erasures(journal)))
        except OSError as error:
            raise CommandError(f"Cannot read the journal: {error}") from error
        remove_deleted_texts(SEARCH_INDEXES_ON_SQLITE)
        for outcome in ErasureOutcome:
            self.stdout.write(f"{outcomes[outcome]} {outcome}.")
