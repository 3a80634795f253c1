"""Imports any number of customers in one transaction, through a staging table.

The rows are a stream. If the stream raises an exception, the database does not change. The source
time of a row is its `last_modified`.

Several rows with the same identifier are merged: the row with the latest source time wins, or the
last row if the times are equal; keys that the row lacks come from the earlier rows.

A row with an older source time than the last imported row of the customer changes nothing, except
with `overwrite`. A row without a source time can create a customer, but changes no existing one.

A field that was edited in Portal keeps its value, except with `overwrite`. If the source has
changed the field after the edit, the import reports a conflict.

A row is rejected if another customer has its email after the import; two customers may swap their
emails. A row with personal data is rejected if the customer was erased in Portal, also with
`overwrite`.
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
from portal.customers.importing.edited import ImportConflict, keep_edited_fields
from portal.customers.importing.encode import EncodedBatch, encode_batch
from portal.customers.importing.formats.files import (
    CHUNK_BYTES,
    FileBlock,
    group_blocks,
    read_block,
)
from portal.customers.importing.history import recording_import
from portal.customers.importing.indexes import REBUILD_FROM, rebuilding_indexes
from portal.customers.importing.merging import set_source_times
from portal.customers.importing.repeated import merge_repeated_rows
from portal.customers.importing.rows import Rejection, StagedRow, UnchangedRow, check_rows
from portal.customers.importing.staging import ChangeCounts, Staging
from portal.customers.importing.workers import close_connections, map_in_processes
from portal.customers.models import Customer, Import
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

BATCH_ROWS: Final = 2_000
REPORTED_REJECTIONS: Final = 50
REPORTED_CONFLICTS: Final = 50
# An import with this many changes or more updates the planner's statistics.
ANALYZE_FROM: Final = 1_000
# Columns that no condition and no order uses. Sampling these columns takes as long as sampling all
# other columns together.
UNANALYZED_COLUMNS: Final = frozenset(
    {"email", "name", "name_parts", "notes", "source_values", "changes"}
)
# The number of the first row in a group of blocks is a multiple of NUMBERS_PER_GROUP.
NUMBERS_PER_GROUP: Final = 1 << 32


@dataclass
class LoadReport:
    """The result of an import: numbers of rows by outcome, rejections and conflicts.

    The lists of rejections and conflicts have the first 50 only, to save memory. `undated` counts
    rows without a source time, such as rows of spreadsheets, that would change an existing
    customer. `conflicting` is a number of fields, not of rows.
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
    conflicts: list[ImportConflict] = field(default_factory=list)

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

    def add_conflicts(self, conflicts: Sequence[ImportConflict]) -> None:
        self.conflicting += len(conflicts)
        self.conflicts += conflicts[: REPORTED_CONFLICTS - len(self.conflicts)]


class _WrittenGroup(NamedTuple):
    """The result of comparing the staged rows with the customers and of writing them."""

    outdated: int
    unchanged: int
    undated: int
    rejections: list[Rejection]
    conflicts: list[ImportConflict]
    changes: ChangeCounts


def load_customers(
    organizer: Organizer,
    rows: Iterable[StagedRow | UnchangedRow | Rejection],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    rebuild_from: int = REBUILD_FROM,
    actor: Actor | None = None,
) -> LoadReport:
    """Create or update the customers of the rows.

    Rejections among the rows are added to the report. With `dry_run`, the report says what would
    happen, and nothing changes. SQLite rebuilds its indexes for `rebuild_from` changes or more.
    With an actor, an event is recorded for each customer that is created or changed.
    """
    prepare = partial(encode_batch, country=organizer.country)
    batches = map(prepare, _group_into_batches(iter(rows)), count(0, BATCH_ROWS))
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
    batches: Iterable[EncodedBatch],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    rebuild_from: int = REBUILD_FROM,
    record: Callable[[LoadReport], None] | None = None,
    actor: Actor | None = None,
) -> LoadReport:
    """Like load_customers(), for encoded rows. `record` is called at the end of the transaction."""
    report = LoadReport()
    enlarge_cache()
    with transaction.atomic():
        _lock_imports(organizer)
        staging = Staging(organizer, actor)
        for batch in batches:
            report.reject(batch.rejections)
            staging.add(batch)
        report.reject(merge_repeated_rows(staging, overwrite=overwrite))
        write = staging.count_changes if dry_run else partial(_write_staged, staging, rebuild_from)
        _load_staged(staging, report, overwrite=overwrite, write=write)
        staging.drop()
        if record:
            record(report)
    if not dry_run:
        _analyze_after(report)
    return report


def _lock_imports(organizer: Organizer) -> None:
    """Lock the organizer's row, so that a second import of the organizer waits for the first one.

    So no other import changes a customer between the comparison and the UPDATE. The lock does not
    block other transactions that save customers.
    """
    Organizer.objects.select_for_update(no_key=True).get(pk=organizer.pk)


def _group_into_batches(
    rows: Iterator[StagedRow | UnchangedRow | Rejection],
) -> Iterator[list[StagedRow | UnchangedRow | Rejection]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _load_staged(
    staging: Staging, report: LoadReport, *, overwrite: bool, write: Callable[[], ChangeCounts]
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
        # Another transaction has created one of these customers, or taken an email, since the
        # comparison.
        outcome = compare_and_write()
    report.unchanged += outcome.unchanged
    report.outdated, report.undated = outcome.outdated, outcome.undated
    report.updated, report.created = outcome.changes
    report.reject(outcome.rejections)
    report.add_conflicts(outcome.conflicts)


def _compare_and_write(
    staging: Staging, *, overwrite: bool, write: Callable[[], ChangeCounts]
) -> _WrittenGroup:
    with transaction.atomic():
        outdated = 0 if overwrite else staging.drop_outdated()
        unchanged = staging.drop_unchanged()
        conflicts: list[ImportConflict] = []
        if edited := staging.lock_customers():
            conflicts = [*keep_edited_fields(staging, edited, overwrite=overwrite)]
            unchanged += staging.drop_unchanged()
        undated = staging.drop_undated()
        rejections = staging.reject_erased() + staging.reject_taken_emails()
        rejected = {each.identifier for each in rejections}
        conflicts = [each for each in conflicts if each.identifier not in rejected]
        return _WrittenGroup(outdated, unchanged, undated, rejections, conflicts, write())


def _write_staged(staging: Staging, rebuild_from: int) -> ChangeCounts:
    if not (length := staging.count()):
        return ChangeCounts(0, 0)
    with rebuilding_indexes(length, rebuild_from=rebuild_from):
        return ChangeCounts(updated=staging.update(), created=staging.insert())


def enlarge_cache() -> None:
    """Enlarge SQLite's page cache to 96 MB, so that the pages of indexes stay in memory.

    Sorting an index takes another 96 MB. In total an import of any size needs less than 300 MB.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -96000")


def _analyze_after(report: LoadReport) -> None:
    """Update the planner's statistics after many changes.

    PostgreSQL analyzes the columns that conditions use. PostgreSQL also runs VACUUM, so that
    index-only scans do not read the table for new rows. VACUUM cannot run within a transaction.
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
    blocks: Iterator[FileBlock],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    as_of: datetime | None = None,
    source: Import.Source = Import.Source.FILES,
    group_bytes: int = CHUNK_BYTES,
) -> LoadReport:
    """Import the customers in blocks of files.

    Other processes parse the blocks, in groups of about `group_bytes`. Rows without a source time
    get `as_of`. The import is saved in the history of imports, unless it is a dry run.
    """
    groups = group_blocks(blocks, group_bytes)
    recording = nullcontext() if dry_run else recording_import(organizer, source)
    prepare = partial(_prepare_group, organizer, as_of, overwrite=overwrite)
    with recording as record, _batches_of_blocks(prepare, groups) as batches:
        actor = Actor.from_import(source.value)
        choices = {"overwrite": overwrite, "dry_run": dry_run}
        return load_batches(organizer, batches, **choices, record=record, actor=actor)


def _batches_of_blocks(
    prepare: Callable[[int, list[FileBlock]], EncodedBatch], block_groups: Iterator[list[FileBlock]]
) -> AbstractContextManager[Iterator[EncodedBatch]]:
    """Make a batch of each group of blocks; in other processes if there is more than one group."""
    groups = ((NUMBERS_PER_GROUP * number, group) for number, group in enumerate(block_groups))
    first = [*islice(groups, 2)]
    if len(first) > 1:
        close_connections()
        return map_in_processes(prepare, chain(first, groups))
    return nullcontext(starmap(prepare, first))


def _prepare_group(
    organizer: Organizer,
    as_of: datetime | None,
    first: int,
    group: list[FileBlock],
    *,
    overwrite: bool,
) -> EncodedBatch:
    """Read, compare, validate and encode the rows of a group, numbered from `first` on.

    The import holds the lock of the organizer meanwhile, so no other import changes a customer
    between this comparison and the UPDATE.
    """
    rows = chain.from_iterable(map(read_block, group))
    dated = set_source_times(rows, as_of) if as_of else rows
    checked = check_rows(compare_with_customers(organizer, dated, overwrite=overwrite))
    return encode_batch(checked, first, country=organizer.country)
