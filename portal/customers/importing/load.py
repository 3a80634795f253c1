"""Bulk loads: any number of customers in one transaction, through a staging table.

The rows are a stream: an exception from it leaves the database as it was. Of several rows with one
identifier, the one that was changed last at the source is loaded, or of equal times the last one;
keys that it does not have come from the earlier ones. A row that is older at the source than the
last row of its customer changes nothing, except with `overwrite`. A row without a time only
creates a customer. A field that was edited in Portal stays, except with `overwrite`; if the source
has changed it meanwhile, the load reports a conflict. A row is rejected if another customer has its
email after the load; customers may swap their emails. A row with a person is rejected if its
customer is erased, also with `overwrite`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, count, islice, starmap
from typing import Final, NamedTuple

from django.db import IntegrityError, connection, transaction

from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.edited import Conflict, keep_edits
from portal.customers.importing.encode import Batch, prepare_batch
from portal.customers.importing.formats.files import CHUNK_BYTES, Block, group_blocks, read_block
from portal.customers.importing.history import recorded
from portal.customers.importing.indexes import REBUILD_FROM, rebuilding_indexes
from portal.customers.importing.merging import date_rows
from portal.customers.importing.repeated import merge_repeated
from portal.customers.importing.rows import Rejection, StagedRow, UnchangedRow, check_rows
from portal.customers.importing.staging import Changes, Staging
from portal.customers.importing.workers import close_connections, map_in_processes
from portal.customers.models import Customer, Import
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

BATCH_ROWS: Final = 2_000
REPORTED_REJECTIONS: Final = 50
REPORTED_CONFLICTS: Final = 50
# A load with this many changes updates the planner's statistics.
ANALYZE_FROM: Final = 1_000
# Conditions and orders use what is derived from these columns, never the columns themselves. To
# sample them takes as long as all others together.
UNANALYZED_COLUMNS: Final = frozenset(
    {"email", "name", "name_parts", "notes", "source_values", "changes"}
)
# The first row of each group of blocks has a multiple of this as its number.
NUMBERS_PER_GROUP: Final = 1 << 32


@dataclass
class LoadReport:
    """The numbers of rows by outcome, and the first rejections and conflicts, to save memory.

    Undated rows, of spreadsheets, have no time of their source and would change a customer.
    `conflicting` is the number of fields, not of rows.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    outdated: int = 0
    undated: int = 0
    repeated: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    conflicting: int = 0
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def total(self) -> int:
        ignored = self.unchanged + self.outdated + self.undated + self.repeated
        return self.created + self.updated + ignored + self.rejected

    def __str__(self) -> str:
        parts = ["created", "updated", "unchanged", "rejected"]
        counts = [f"{getattr(self, part)} {part}" for part in parts]
        for part in ("outdated", "undated", "repeated"):
            counts += [f"{number} {part}"] if (number := getattr(self, part)) else []
        if self.conflicting:
            counts.append(f"{self.conflicting} conflict{'s' if self.conflicting > 1 else ''}")
        return f"{self.total} customers: {', '.join(counts)}."

    def reject(self, rejections: Iterable[Rejection]) -> None:
        for rejection in rejections:
            self.rejected += 1
            if self.rejected <= REPORTED_REJECTIONS:
                self.rejections.append(rejection)

    def add_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicting += len(conflicts)
        self.conflicts += conflicts[: REPORTED_CONFLICTS - len(self.conflicts)]


class _Outcome(NamedTuple):
    """The outcome of the comparison and writing of the staged rows."""

    outdated: int
    unchanged: int
    undated: int
    rejections: list[Rejection]
    conflicts: list[Conflict]
    changes: Changes


def load_customers(
    organizer: Organizer,
    rows: Iterable[StagedRow | UnchangedRow | Rejection],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    rebuild_from: int = REBUILD_FROM,
    actor: Actor | None = None,
) -> LoadReport:
    """Create or update the organizer's customers with the identifiers of the rows.

    Rejections among the rows are added to the report. A dry run reports what would happen and
    changes nothing. SQLite rebuilds its indexes for `rebuild_from` changes or more. With an
    actor, the load writes an event for each customer whose fields it changes.
    """
    prepare = partial(prepare_batch, country=organizer.country)
    batches = map(prepare, _batches(iter(rows)), count(0, BATCH_ROWS))
    return load_batches(
        organizer,
        batches,
        overwrite=overwrite,
        dry_run=dry_run,
        rebuild_from=rebuild_from,
        actor=actor,
    )


def load_batches(
    organizer: Organizer,
    batches: Iterable[Batch],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    rebuild_from: int = REBUILD_FROM,
    record: Callable[[LoadReport], None] | None = None,
    actor: Actor | None = None,
) -> LoadReport:
    """load_customers() for encoded rows. `record` is called at the end of the transaction."""
    report = LoadReport()
    enlarge_cache()
    with transaction.atomic():
        _lock(organizer)
        staging = Staging(organizer, actor)
        for batch in batches:
            report.reject(batch.rejections)
            staging.add(batch)
        report.reject(merge_repeated(staging, overwrite=overwrite))
        write = staging.count_changes if dry_run else partial(_write, staging, rebuild_from)
        _load_staged(staging, report, overwrite=overwrite, write=write)
        staging.drop()
        if record:
            record(report)
    if not dry_run:
        _analyze_after(report)
    return report


def _lock(organizer: Organizer) -> None:
    """Let the loads of one organizer run one after another, by a lock on the organizer's row.

    No load then changes customers between the comparison and the writing of another one. Other
    transactions can still save customers.
    """
    Organizer.objects.select_for_update(no_key=True).get(pk=organizer.pk)


def _batches(
    rows: Iterator[StagedRow | UnchangedRow | Rejection],
) -> Iterator[list[StagedRow | UnchangedRow | Rejection]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _load_staged(
    staging: Staging, report: LoadReport, *, overwrite: bool, write: Callable[[], Changes]
) -> None:
    report.repeated = staging.drop_repeated()
    report.unchanged = staging.drop_marked_unchanged()
    if not staging.count():
        return
    staging.make_indexes()
    compare_and_write = partial(_compare_and_write, staging, overwrite=overwrite, write=write)
    try:
        outcome = compare_and_write()
    except IntegrityError:
        # Another transaction has saved one of these customers since the comparison.
        outcome = compare_and_write()
    report.unchanged += outcome.unchanged
    report.outdated, report.undated = outcome.outdated, outcome.undated
    report.updated, report.created = outcome.changes
    report.reject(outcome.rejections)
    report.add_conflicts(outcome.conflicts)


def _compare_and_write(
    staging: Staging, *, overwrite: bool, write: Callable[[], Changes]
) -> _Outcome:
    with transaction.atomic():
        outdated = 0 if overwrite else staging.drop_outdated()
        unchanged = staging.drop_unchanged()
        conflicts: list[Conflict] = []
        if edited := staging.lock_customers():
            conflicts = [*keep_edits(staging, edited, overwrite=overwrite)]
            unchanged += staging.drop_unchanged()
        undated = staging.drop_undated()
        rejections = staging.reject_erased() + staging.reject_taken_emails()
        rejected = {each.identifier for each in rejections}
        conflicts = [each for each in conflicts if each.identifier not in rejected]
        return _Outcome(outdated, unchanged, undated, rejections, conflicts, write())


def _write(staging: Staging, rebuild_from: int) -> Changes:
    if not (length := staging.count()):
        return Changes(0, 0)
    with rebuilding_indexes(length, rebuild_from=rebuild_from):
        return Changes(updated=staging.update(), created=staging.insert())


def enlarge_cache() -> None:
    """Enlarge SQLite's page cache to 96 MB, so that the pages of indexes stay in memory.

    To sort an index takes as much again: a load of any length stays under 300 MB.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -96000")


def _analyze_after(report: LoadReport) -> None:
    """Update the planner's statistics after many changes. SQLite has statistics of indexes only.

    On PostgreSQL, VACUUM also marks the pages of the new rows as visible to all transactions, so
    that index-only scans do not read the table. VACUUM cannot run within a transaction.
    """
    if report.created + report.updated < ANALYZE_FROM:
        return
    statement = "ANALYZE {table}"
    if connection.vendor == "postgresql":
        statement = "ANALYZE {table} ({columns})"
        if not connection.in_atomic_block:
            statement = "VACUUM (ANALYZE) {table} ({columns})"
    with connection.cursor() as cursor:
        for model in (Customer, Event):
            names = [field.attname for field in model._meta.concrete_fields]
            columns = ", ".join(name for name in names if name not in UNANALYZED_COLUMNS)
            cursor.execute(statement.format(table=model._meta.db_table, columns=columns))


def import_blocks(
    organizer: Organizer,
    blocks: Iterator[Block],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    as_of: datetime | None = None,
    source: Import.Source = Import.Source.FILES,
    group_bytes: int = CHUNK_BYTES,
) -> LoadReport:
    """load_customers() for blocks of files, in groups of about `group_bytes` for each process.

    `as_of` is the source time of rows that have none. The import is recorded, with its `source`.
    """
    groups = group_blocks(blocks, group_bytes)
    recording = nullcontext() if dry_run else recorded(organizer, source)
    prepare = partial(_prepare_group, organizer, as_of, overwrite=overwrite)
    with recording as record, _preparing_batches(prepare, groups) as batches:
        actor = Actor.of_import(source.value)
        choices = {"overwrite": overwrite, "dry_run": dry_run}
        return load_batches(organizer, batches, **choices, record=record, actor=actor)


def _preparing_batches(
    prepare: Callable[[int, list[Block]], Batch], block_groups: Iterator[list[Block]]
) -> AbstractContextManager[Iterator[Batch]]:
    """A batch for each group of blocks, encoded by other processes if there are several groups."""
    groups = ((NUMBERS_PER_GROUP * number, group) for number, group in enumerate(block_groups))
    first = [*islice(groups, 2)]
    if len(first) > 1:
        close_connections()
        return map_in_processes(prepare, chain(first, groups))
    return nullcontext(starmap(prepare, first))


def _prepare_group(
    organizer: Organizer, as_of: datetime | None, first: int, group: list[Block], *, overwrite: bool
) -> Batch:
    """Read, compare, check and encode the rows, numbered from `first` on.

    The rows are compared while the load has the organizer's lock: no other load changes customers
    between this comparison and the writing.
    """
    rows = chain.from_iterable(map(read_block, group))
    dated = date_rows(rows, as_of) if as_of else rows
    checked = check_rows(compare_with_customers(organizer, dated, overwrite=overwrite))
    return prepare_batch(checked, first, country=organizer.country)
