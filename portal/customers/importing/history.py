"""Saves the history of imports, which /metrics adds up: numbers of rows, no customer data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.db import Error
from django.utils import timezone

from portal.customers.models import Import

if TYPE_CHECKING:
    from portal.customers.importing.load import LoadReport
    from portal.organizers.models import Organizer


@contextmanager
def recording_import(
    organizer: Organizer, source: Import.Source
) -> Iterator[Callable[[LoadReport], None]]:
    """Yield a function that saves an import, to be called at the end of its transaction.

    After an exception, the import is saved as failed, unless the database itself fails.
    """
    started = timezone.now()

    def save(report: LoadReport) -> None:
        rows = {outcome: getattr(report, outcome) for outcome in Import.OUTCOMES}
        counts = {**rows, "conflicting": report.conflicting}
        _save_import(organizer, source, Import.Result.SUCCEEDED, started=started, **counts)

    try:
        yield save
    except BaseException:  # KeyboardInterrupt is a failure, too
        with suppress(Error):
            _save_import(organizer, source, Import.Result.FAILED, started=started)
        raise


def _save_import(
    organizer: Organizer, source: Import.Source, result: Import.Result, **fields: object
) -> None:
    finished = timezone.now()
    Import(organizer=organizer, source=source, result=result, finished=finished, **fields).save()
