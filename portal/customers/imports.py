"""How customers that are cut into blocks come in: read and checked by several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import chain, islice, starmap
from typing import Final

from django.db import IntegrityError, connection

from portal.customers.indexing import FEW, has_more_than
from portal.customers.loading import LoadReport, add_customers, has_customers, load_batches
from portal.customers.prepared import Batch, Ready, make_ready, prepare_batch
from portal.customers.processes import close_connections, map_ahead
from portal.customers.rows import Found, Known, Placed, Rejection, check_rows
from portal.customers.sources import Block, in_groups, read_block
from portal.customers.unchanged import mark_known
from portal.organizers.models import Organizer

# Each group numbers its rows for itself, and none has as many.
NUMBERS: Final = 1 << 32


def import_blocks(
    organizer: Organizer, read: Callable[[], Iterator[Block]], *, expected: int
) -> LoadReport:
    """load_customers() for customers that are still to be read.

    About as many as expected, if they can be read twice; otherwise 0. Many of them go into an
    empty table past the staging, which takes a fifth less time, as long as all differ.
    """
    if expected >= FEW and _is_empty_for(organizer):
        # An identifier or an email comes twice: the staging table can tell which row counts.
        with suppress(IntegrityError):
            return _add(organizer, read(), expected)
    with _prepared(organizer, read()) as batches:
        return load_batches(organizer, batches)


def _is_empty_for(organizer: Organizer) -> bool:
    """Whether its customers can be added without a comparison. SQLite has one table for all."""
    return not (has_more_than(0) if connection.vendor == "sqlite" else has_customers(organizer))


def _add(organizer: Organizer, blocks: Iterator[Block], expected: int) -> LoadReport:
    close_connections()
    with map_ahead(_prepare_new, ((group,) for group in in_groups(blocks))) as prepared:
        return add_customers(organizer, chain.from_iterable(prepared), expected=expected)


def _prepare_new(group: list[Block]) -> list[Ready | Rejection]:
    """Compared with nobody."""
    checked = [*check_rows(chain.from_iterable(map(read_block, group)))]
    rows = make_ready(each.row for each in checked if isinstance(each, Placed))
    return [rows, *(each for each in checked if isinstance(each, Rejection))]


def _prepared(
    organizer: Organizer, blocks: Iterator[Block]
) -> AbstractContextManager[Iterator[Batch]]:
    """All that is read, ready to be staged; where it is much, by several processes."""
    compared = organizer if has_customers(organizer) else None
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
