"""How customers in files come in: read, checked and prepared by several processes, then loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice, starmap
from typing import Final

from portal.customers.loading import LoadReport, has_customers, load_batches
from portal.customers.prepared import Batch, prepare_batch
from portal.customers.processes import close_connections, map_ahead
from portal.customers.rows import Found, Known, Rejection, check_rows
from portal.customers.sources import Block, in_groups, read_block
from portal.customers.unchanged import mark_known
from portal.organizers.models import Organizer

# The rows of a group are numbered from a multiple of this on; no group has as many.
NUMBERS: Final = 1 << 32


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
