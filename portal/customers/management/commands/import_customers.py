"""manage.py import_customers ORGANIZER [FILE...]: import customers from files or from a service."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from portal.customers.importing.formats.cells import read_source_time
from portal.customers.importing.formats.columns import TARGETS
from portal.customers.importing.formats.files import FileBlock, read_blocks
from portal.customers.importing.formats.spreadsheets import SheetOptions
from portal.customers.importing.load import LoadReport, import_blocks
from portal.customers.importing.service.client import SourceError
from portal.customers.importing.service.source import Source
from portal.customers.models import Import
from portal.organizers.management.errors import find_organizer
from portal.organizers.models import Organizer

STANDARD_INPUT: Final = "-"
TOKEN: Final = re.compile(r"[!-~]+")
MAX_TOKEN_BYTES: Final = 4_096


class Command(BaseCommand):
    """Imports valid rows and reports invalid ones. The exit status is 1 if a row was rejected."""

    # System checks are skipped: they import all views, which takes a fifth of a second.
    requires_system_checks = ()
    help = (
        "Create or update customers from saved pages of the API, JSON arrays, JSON with one "
        "customer per line, or spreadsheets (CSV, XLSX). Loading a file again changes nothing."
    )

    def create_parser(self, *names: Any, **options: Any) -> CommandParser:
        """Accept options between the organizer and the files."""
        parser = super().create_parser(*names, **options)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("organizer", help="the organizer's short name")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="go back to rows that are older than the last imported ones",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="report what would happen, and change nothing"
        )
        parser.add_argument(
            "--as-of",
            metavar="TIME",
            help="the source time of rows that have none, as in spreadsheets; without this option "
            "they only create customers",
        )
        parser.add_argument("file", nargs="*", help="a file, or - for standard input (the default)")
        parser.add_argument(
            "--from", dest="address", metavar="URL", help="a list of customers of the pretix API"
        )
        parser.add_argument(
            "--token-stdin",
            action="store_true",
            help="the token for --from is on standard input",
        )
        _add_sheet_options(parser)

    def handle(
        self,
        *,
        organizer: str,
        file: Sequence[str],
        overwrite: bool,
        dry_run: bool,
        as_of: str | None,
        verbosity: int,
        **options: Any,
    ) -> None:
        paths = file or [STANDARD_INPUT]
        _reject_unreadable(paths)
        is_quiet = verbosity == 0
        owner = find_organizer(organizer)
        sheets = _sheet_options(owner, options)
        time = _parse_time(as_of, sheets.zone) if as_of else None
        with _report_interruptions():
            source = _find_source(file, is_quiet=is_quiet, **options)
            blocks = (
                source.read_blocks() if source else _read_files(paths, sheets, is_quiet=is_quiet)
            )
            kind = Import.Source.SERVICE if source else Import.Source.FILES
            choices = {"overwrite": overwrite, "dry_run": dry_run}
            report = import_blocks(owner, blocks, **choices, as_of=time, source=kind)
        remarks = [source.compare_counts(report)] if source else sheets.remarks
        if dry_run:
            remarks = [*remarks, "Dry run: nothing was changed."]
        self._print(remarks, report)

    def _print(self, remarks: Iterable[str], report: LoadReport) -> None:
        for remark in remarks:
            self.stdout.write(remark)
        for conflict in report.conflicts:
            self.stdout.write(str(conflict))
        if hidden := report.conflicting - len(report.conflicts):
            self.stdout.write(f"and {hidden} more")
        for rejection in report.rejections:
            self.stderr.write(str(rejection))
        if hidden := report.rejected - len(report.rejections):
            self.stderr.write(f"and {hidden} more")
        self.stdout.write(str(report))
        if report.rejected:
            raise CommandError("Some rows were rejected, see above.")


@contextmanager
def _report_interruptions() -> Iterator[None]:
    """Report an exception that interrupts an import as one line, without a traceback."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise CommandError("Interrupted: nothing was changed.", returncode=130) from error
    except OSError as error:
        raise CommandError(f"{error}: nothing was changed.") from error
    except SourceError as error:
        raise CommandError(f"{error} Nothing was changed.") from error


def _add_sheet_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help='the field of a column of a spreadsheet: "Mitglied=identifier"; repeatable',
    )
    parser.add_argument(
        "--empty-clears",
        action="store_true",
        help="empty cells of spreadsheets clear the values of customers",
    )


def _find_source(
    files: Sequence[str], *, address: str | None, token_stdin: bool, is_quiet: bool, **_: Any
) -> Source | None:
    """The service of the option `--from`, or None without it. Raises CommandError."""
    if not address:
        if token_stdin:
            raise CommandError("--token-stdin is for --from only.")
        return None
    if files:
        raise CommandError("Give either files or --from.")
    if not token_stdin:
        raise CommandError("--from needs --token-stdin, and the token on standard input.")
    return Source(address, _read_token(), is_quiet=is_quiet)


def _read_token() -> str:
    if sys.stdin.isatty():
        raise CommandError("The terminal would show the token. Use < FILE, or a pipe.")
    token = sys.stdin.buffer.read(MAX_TOKEN_BYTES).decode(errors="replace").strip()
    if not TOKEN.fullmatch(token):
        raise CommandError("Standard input must have one token, and nothing else.")
    return token


def _sheet_options(organizer: Organizer, options: dict[str, Any]) -> SheetOptions:
    return SheetOptions(
        zone=ZoneInfo(organizer.timezone),
        renamed=dict(map(_parse_mapping, options["map"])),
        empty_clears=options["empty_clears"],
    )


def _parse_mapping(mapping: str) -> tuple[str, str]:
    column, _equals, field = (part.strip() for part in mapping.rpartition("="))
    if not column or field not in TARGETS:
        fields = ", ".join(sorted(TARGETS))
        raise CommandError(f"--map {mapping!r} is not COLUMN=FIELD. The fields are {fields}.")
    return column, field


def _parse_time(text: str, zone: tzinfo) -> datetime:
    try:
        return read_source_time(text, zone)
    except ValueError as error:
        raise CommandError(f"--as-of {text!r} {error}.") from error


def _reject_unreadable(paths: Iterable[str]) -> None:
    """Raise CommandError before the import begins if a file cannot be read."""
    for path in paths:
        if path == STANDARD_INPUT:
            continue
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}. Nothing was loaded.") from error


def _read_files(
    paths: Iterable[str], sheets: SheetOptions, *, is_quiet: bool
) -> Iterator[FileBlock]:
    for path in paths:
        if path == STANDARD_INPUT:
            name, source = "standard input", sys.stdin.buffer
            yield from _read_with_progress(source, name, None, sheets, is_quiet=is_quiet)
        else:
            with Path(path).open("rb") as file:
                size = Path(path).stat().st_size
                yield from _read_with_progress(
                    file, _as_text(path), size, sheets, is_quiet=is_quiet
                )


def _as_text(path: str) -> str:
    """The path as text that a terminal and the database accept.

    A path may have bytes that are not UTF-8.
    """
    return os.fsencode(path).decode(errors="replace")


def _read_with_progress(
    file: BinaryIO, name: str, size: int | None, sheets: SheetOptions, *, is_quiet: bool
) -> Iterator[FileBlock]:
    """Read a file with a progress bar in bytes, because the number of rows is not known yet."""
    with tqdm.wrapattr(
        file, "read", total=size or None, desc=name, disable=True if is_quiet else None
    ) as counted:
        yield from read_blocks(counted, name=name, sheets=sheets)
