"""The history of imports, which /metrics adds up: numbers of rows, and nothing of a customer."""

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
def recorded(organizer: Organizer, source: Import.Source) -> Iterator[Callable[[LoadReport], None]]:
    """A function that saves an import, to be called at the end of its transaction.

    An exception is saved as a failed import, unless the database is the reason of it.
    """
    started = timezone.now()

    def save(report: LoadReport) -> None:
        rows = {outcome: getattr(report, outcome) for outcome in Import.OUTCOMES}
        _save(organizer, source, Import.Result.SUCCEEDED, started=started, **rows)

    try:
        yield save
    except BaseException:  # an interrupted import has failed, too
        with suppress(Error):
            _save(organizer, source, Import.Result.FAILED, started=started)
        raise


def _save(
    organizer: Organizer, source: Import.Source, result: Import.Result, **fields: object
) -> None:
    finished = timezone.now()
    Import(organizer=organizer, source=source, result=result, finished=finished, **fields).save()
