"""manage.py import_customers ORGANIZER [FILE...]: customers from files or standard input."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal.customers.importing.files import Block, read_blocks
from portal.customers.importing.load import LoadReport, import_blocks
from portal.organizers.management.errors import find_organizer

STANDARD_INPUT: Final = "-"


class Command(BaseCommand):
    """Loads all valid rows and reports the others. The exit status is 1 if a row was rejected."""

    # The checks import all views, which takes a fifth of a second.
    requires_system_checks = ()
    help = (
        "Create or update customers from saved pages of the API, JSON arrays, or JSON with one "
        "customer per line. Loading the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="go back to rows that are older than the last imported ones",
        )
        parser.add_argument("file", nargs="*", help="a file, or - for standard input (the default)")

    def handle(
        self, *, organizer: str, file: Sequence[str], overwrite: bool, verbosity: int, **_: Any
    ) -> None:
        paths = file or [STANDARD_INPUT]
        _reject_unreadable(paths)
        try:
            owner = find_organizer(organizer)
            blocks = _read_all(paths, is_quiet=verbosity == 0)
            report = import_blocks(owner, blocks, overwrite=overwrite)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted: nothing was changed.", returncode=130) from error
        except OSError as error:
            raise CommandError(f"{error}: nothing was changed.") from error
        self._print(report)

    def _print(self, report: LoadReport) -> None:
        for rejection in report.rejections:
            self.stderr.write(str(rejection))
        if hidden := report.rejected - len(report.rejections):
            self.stderr.write(f"and {hidden} more")
        self.stdout.write(str(report))
        if report.rejected:
            raise CommandError("Some rows were rejected, see above.")


def _reject_unreadable(paths: Iterable[str]) -> None:
    """Raise CommandError at once, not after a long load of the other files."""
    for path in paths:
        if path == STANDARD_INPUT:
            continue
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}. Nothing was loaded.") from error


def _read_all(paths: Iterable[str], *, is_quiet: bool) -> Iterator[Block]:
    for path in paths:
        if path == STANDARD_INPUT:
            yield from _read(sys.stdin.buffer, "standard input", None, is_quiet=is_quiet)
        else:
            with Path(path).open("rb") as file:
                size = Path(path).stat().st_size
                yield from _read(file, _as_text(path), size, is_quiet=is_quiet)


def _as_text(path: str) -> str:
    """File names are bytes; the result is valid text for the terminal and the database."""
    return os.fsencode(path).decode(errors="replace")


def _read(file: BinaryIO, name: str, size: int | None, *, is_quiet: bool) -> Iterator[Block]:
    """Show a progress bar in bytes on a terminal: the number of rows is not known yet."""
    with tqdm.wrapattr(
        file, "read", total=size or None, desc=name, disable=True if is_quiet else None
    ) as counted:
        yield from read_blocks(counted, name=name)
