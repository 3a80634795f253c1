"""manage.py import_customers ORGANIZER [FILE...]: customers from files or standard input."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice, starmap
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError
from django_scopes import scope
from tqdm import tqdm

from portal.customers.loading import LoadReport, load_batches
from portal.customers.models import Customer
from portal.customers.prepared import Batch, prepare_batch
from portal.customers.processes import close_connections, map_ahead
from portal.customers.rows import Found, Known, Rejection, check_rows
from portal.customers.sources import Block, in_groups, read_block, read_blocks
from portal.customers.unchanged import mark_known
from portal.organizers.management.refusals import find_organizer
from portal.organizers.models import Organizer

STANDARD_INPUT: Final = "-"
# Each group numbers its rows for itself, and none has as many.
NUMBERS: Final = 1 << 32


class Command(BaseCommand):
    """Bad rows are reported and left out, the others are kept; the exit status tells."""

    # They would load every page first, for a fifth of a second.
    requires_system_checks = ()
    help = (
        "Create or update customers from saved pages of the API, JSON arrays, or JSON with one "
        "customer per line. Loading the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument("file", nargs="*", help="a file, or - for standard input (the default)")

    def handle(self, *, organizer: str, file: Sequence[str], verbosity: int, **_: Any) -> None:
        paths = file or [STANDARD_INPUT]
        _refuse_unreadable(paths)
        try:
            owner = find_organizer(organizer)
            with _prepared(owner, _read_all(paths, is_quiet=verbosity == 0)) as batches:
                report = load_batches(owner, batches)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted: nothing was changed.", returncode=130) from error
        except OSError as error:
            raise CommandError(f"{error}: nothing was changed.") from error
        self._tell(report)

    def _tell(self, report: LoadReport) -> None:
        for rejection in report.rejections:
            self.stderr.write(str(rejection))
        if hidden := report.rejected - len(report.rejections):
            self.stderr.write(f"and {hidden} more")
        self.stdout.write(str(report))
        if report.rejected:
            raise CommandError("Not everything was loaded, see above.")


def _refuse_unreadable(paths: Iterable[str]) -> None:
    """Better now than after half an hour with the files before."""
    for path in paths:
        if path == STANDARD_INPUT:
            continue
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}. Nothing was loaded.") from error


def _prepared(
    organizer: Organizer, blocks: Iterator[Block]
) -> AbstractContextManager[Iterator[Batch]]:
    """All that is read, ready to be staged; where it is much, by several processes."""
    with scope(organizer=organizer):
        compared = organizer if Customer.objects.exists() else None
    groups = ((compared, NUMBERS * n, group) for n, group in enumerate(in_groups(blocks)))
    first = [*islice(groups, 2)]
    if len(first) > 1:
        close_connections()
        return map_ahead(_prepare_group, chain(first, groups))
    return nullcontext(starmap(_prepare_group, first))


def _prepare_group(compared: Organizer | None, first: int, group: list[Block]) -> Batch:
    """Compared with the customers of the organizer, where it has some already."""
    found: Iterator[Found | Known | Rejection] = chain.from_iterable(map(read_block, group))
    return prepare_batch(check_rows(mark_known(compared, found) if compared else found), first)


def _read_all(paths: Iterable[str], *, is_quiet: bool) -> Iterator[Block]:
    for path in paths:
        if path == STANDARD_INPUT:
            yield from _read(sys.stdin.buffer, "standard input", None, is_quiet=is_quiet)
        else:
            with Path(path).open("rb") as file:
                size = Path(path).stat().st_size
                yield from _read(file, _as_text(path), size, is_quiet=is_quiet)


def _as_text(path: str) -> str:
    """Names of files are bytes; this is to be said and stored."""
    return os.fsencode(path).decode(errors="replace")


def _read(file: BinaryIO, name: str, size: int | None, *, is_quiet: bool) -> Iterator[Block]:
    """With a progress bar on a terminal, by bytes: how many rows there are nobody knows yet."""
    with tqdm.wrapattr(
        file, "read", total=size or None, desc=name, disable=True if is_quiet else None
    ) as counted:
        yield from read_blocks(counted, name=name)
