"""Bulk loads of customers: any number of rows in one transaction, through a staging table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import chain, count, islice, starmap
from typing import Final, NamedTuple

from django.db import IntegrityError, connection, transaction
from django_scopes import scope

from portal.customers.counters.counts import maintained_counts
from portal.customers.importing.encode import Batch, prepare_batch
from portal.customers.importing.files import Block, in_groups, read_block
from portal.customers.importing.indexes import written_at_once
from portal.customers.importing.rows import Found, Known, Placed, Rejection, check_rows
from portal.customers.importing.staging import Staging
from portal.customers.importing.unchanged import mark_known
from portal.customers.importing.workers import close_connections, map_ahead
from portal.customers.models import Customer
from portal.organizers.models import Organizer

BATCH: Final = 2_000
REPORTED: Final = 50
# After as many changes the statistics for the planner are updated at once.
MANY: Final = 1_000
# No condition or order uses these columns, and they take as long to sample as all others together.
UNUSED: Final = frozenset({"email", "name", "name_parts", "notes", "phone"})
# The rows of a group are numbered from a multiple of this on; no group has as many.
NUMBERS: Final = 1 << 32


@dataclass
class LoadReport:
    """How many rows were created, updated and so on. Has the first rejections, to save memory."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged + self.repeated + self.rejected

    def __str__(self) -> str:
        parts = ["created", "updated", "unchanged", "rejected"]
        counts = [f"{getattr(self, part)} {part}" for part in parts]
        if self.repeated:
            counts.append(f"{self.repeated} repeated")
        return f"{self.total} customers: {', '.join(counts)}."

    def reject(self, rejections: Iterable[Rejection]) -> None:
        for rejection in rejections:
            self.rejected += 1
            if self.rejected <= REPORTED:
                self.rejections.append(rejection)


class _Changes(NamedTuple):
    """What comparing and writing the staged rows has changed."""

    unchanged: int
    refused: list[Rejection]
    created: int = 0
    updated: int = 0


def load_customers(organizer: Organizer, rows: Iterable[Placed | Known | Rejection]) -> LoadReport:
    """Create or update the organizer's customers, by identifier; others are left alone.

    Rows are read as a stream and written in one transaction: whatever `rows` raises leaves the
    database as it was. The last of several rows for one identifier counts. A row is rejected
    where its email is that of another customer once everything is loaded; two customers may swap
    their emails. Rejections among the rows are passed on to the report.
    """
    return load_batches(organizer, map(prepare_batch, _batches(iter(rows)), count(0, BATCH)))


def load_batches(organizer: Organizer, batches: Iterable[Batch]) -> LoadReport:
    """load_customers() for rows that are prepared already."""
    report = LoadReport()
    enlarge_cache()
    with transaction.atomic():
        _queue(organizer)
        staging = Staging(organizer)
        for batch in batches:
            report.reject(batch.rejections)
            staging.add(batch)
        _write(staging, report)
    if report.created + report.updated >= MANY:
        _analyze()
    return report


def _queue(organizer: Organizer) -> None:
    """Loads of one organizer wait for each other here, by a lock on its row.

    So none changes customers between the comparison and the writing of another. The lock leaves
    other transactions free to save customers.
    """
    Organizer.objects.select_for_update(no_key=True).get(pk=organizer.pk)


def _batches(
    rows: Iterator[Placed | Known | Rejection],
) -> Iterator[list[Placed | Known | Rejection]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _write(staging: Staging, report: LoadReport) -> None:
    report.repeated = staging.drop_repeated()
    report.unchanged = staging.drop_known()
    if staging.count():
        staging.make_indexes()
        try:
            changes = _compare_and_write(staging)
        except IntegrityError:
            # Another transaction has saved one of these customers after they were compared.
            changes = _compare_and_write(staging)
        report.unchanged += changes.unchanged
        report.created, report.updated = changes.created, changes.updated
        report.reject(changes.refused)
    staging.drop()


def _compare_and_write(staging: Staging) -> _Changes:
    with transaction.atomic():
        unchanged, refused = staging.drop_unchanged(), staging.refuse_taken_emails()
        length = staging.count()
        if not length:
            return _Changes(unchanged, refused)
        with written_at_once(length):
            updated, created = staging.update(), staging.insert()
    return _Changes(unchanged, refused, created, updated)


def has_customers(organizer: Organizer) -> bool:
    """Whether there are any, by the counts that triggers keep."""
    with scope(organizer=organizer):
        return maintained_counts(organizer).total > 0


def enlarge_cache() -> None:
    """Enlarge SQLite's page cache; with the default one it would read and write indexes in turns.

    It takes 96 MB, and as much again to sort an index: a load of any length stays under 300 MB.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -96000")


def _analyze() -> None:
    """Update the statistics for the planner. SQLite has them of indexes only.

    On PostgreSQL, VACUUM also marks the pages of the new rows as visible to all transactions, so
    that index-only scans need not look at the table. It cannot run within a transaction.
    """
    statement = "ANALYZE {table}"
    if connection.vendor == "postgresql":
        statement = "ANALYZE {table} ({columns})"
        if not connection.in_atomic_block:
            statement = "VACUUM (ANALYZE) {table} ({columns})"
    names = [field.attname for field in Customer._meta.concrete_fields]
    columns = ", ".join(name for name in names if name not in UNUSED)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=Customer._meta.db_table, columns=columns))


def import_blocks(organizer: Organizer, blocks: Iterator[Block]) -> LoadReport:
    """load_customers() for customers that are still to be read."""
    with _prepared(organizer, blocks) as batches:
        return load_batches(organizer, batches)


def _prepared(
    organizer: Organizer, blocks: Iterator[Block]
) -> AbstractContextManager[Iterator[Batch]]:
    """The batches for the staging table, prepared by several processes if there are many blocks."""
    compared = organizer if has_customers(organizer) else None
    groups = ((compared, NUMBERS * n, group) for n, group in enumerate(in_groups(blocks)))
    first = [*islice(groups, 2)]
    if len(first) > 1:
        close_connections()
        return map_ahead(_prepare_group, chain(first, groups))
    return nullcontext(starmap(_prepare_group, first))


def _prepare_group(compared: Organizer | None, first: int, group: list[Block]) -> Batch:
    """Read and checked, after a comparison with the organizer's customers if it has any."""
    found: Iterator[Found | Known | Rejection] = chain.from_iterable(map(read_block, group))
    return prepare_batch(check_rows(mark_known(compared, found) if compared else found), first)
