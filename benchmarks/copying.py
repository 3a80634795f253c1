"""The floor of an import: how long the database alone takes to write as many customers."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Final

from django.db import connection, transaction
from django_scopes import scope

from benchmarks.prepare import OURS
from portal.customers.counters.counts import maintained_counts
from portal.customers.importing.encode import COLUMNS
from portal.customers.importing.indexes import rebuilding_indexes
from portal.customers.importing.load import enlarge_cache
from portal.customers.models import Customer
from portal.organizers import services

COPY: Final = """
    INSERT INTO {table} (organizer_id, {columns})
    SELECT %s, {columns} FROM {table} WHERE organizer_id = %s ORDER BY id"""


def copy_customers(path: str) -> None:
    """Writes the seconds to the file.

    One statement puts our customers once more beside all that are there, at a third organizer.
    """
    ours = services.get_organizer(OURS)
    third = services.create_organizer(slug="third", name="Third", timezone="Europe/Berlin")
    with scope(organizer=ours):
        expected = maintained_counts(ours).total
    begin = perf_counter()
    enlarge_cache()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        rebuilding_indexes(expected),
    ):
        cursor.execute(_copy(), [third.pk, ours.pk])
    Path(path).write_text(str(perf_counter() - begin))


def _copy() -> str:
    return COPY.format(table=Customer._meta.db_table, columns=", ".join(COLUMNS))
