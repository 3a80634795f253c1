"""Counting by combination where no number is kept: so many rows, for so long, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from portal.customers.counts import FACETS, Counts, read_combination

# SQLite looks at the clock after so many of its steps, a few hundredths of a millisecond.
STEPS: Final = 1_000
QUERY_CANCELED: Final = "57014"


def count_by_combination(customers: QuerySet[Any], at_most: int) -> Counts | None:
    """Of so many customers, or of all where they are fewer. None where it takes too long."""
    connection = connections[customers.db]
    some = customers.order_by().values_list(*FACETS)[:at_most]
    try:
        sql, parameters = some.query.sql_with_params()
    except EmptyResultSet:
        return Counts({})
    columns = ", ".join(FACETS)
    counting = f"SELECT {columns}, COUNT(*) FROM ({sql}) AS seen GROUP BY {columns}"  # noqa: S608
    try:
        rows = _READERS[connection.vendor](connection, counting, parameters)
    except OperationalError as error:
        if _is_out_of_time(error):
            return None
        raise
    return Counts({read_combination(values): number for *values, number in rows})


def _is_out_of_time(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) == QUERY_CANCELED or str(cause) == "interrupted"


def _read_on_sqlite(connection: BaseDatabaseWrapper, sql: str, parameters: Any) -> Any:
    end = monotonic() + settings.FACET_MILLISECONDS / 1_000
    with connection.cursor() as cursor:
        connection.connection.set_progress_handler(lambda: monotonic() > end, STEPS)
        try:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
        finally:
            connection.connection.set_progress_handler(None, STEPS)


def _read_on_postgresql(connection: BaseDatabaseWrapper, sql: str, parameters: Any) -> Any:
    # One message, and so one transaction of its own: the limit ends with it.
    limited = f"SET LOCAL statement_timeout = {int(settings.FACET_MILLISECONDS)}; {sql}"
    with _taken_back(connection), connection.cursor() as cursor:
        cursor.execute(limited, parameters)
        cursor.nextset()
        return cursor.fetchall()


@contextmanager
def _taken_back(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within a transaction neither the limit nor a failure outlives the query."""
    if not connection.in_atomic_block:
        yield
        return
    savepoint = transaction.savepoint(connection.alias)
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint, connection.alias)


_READERS: Final = {"sqlite": _read_on_sqlite, "postgresql": _read_on_postgresql}
