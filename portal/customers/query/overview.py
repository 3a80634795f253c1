"""Counts the customers of a list by month of registration, by state and by language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.functions import TruncMonth

from portal.databases.time_limits import TimeLimitExceeded, read_with_time_limit

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from portal.customers.models import CustomerQuerySet


class Month(NamedTuple):
    """A month of a calendar."""

    year: int
    month: int  # from 1 on


@dataclass(frozen=True)
class Overview:
    """The numbers of customers by month, state and language.

    Groups without customers are missing.
    """

    months: Mapping[Month, int]
    states: Mapping[int, int]
    locales: Mapping[str, int]


class LocalMonth(TruncMonth):
    """The month of a time in a time zone. On SQLite the value is a text for `_parse_local_month()`.

    Django's TruncMonth calls a Python function for each row on SQLite, which is slow. Here the
    query itself groups the rows. From noon of the first day to the morning of the 28th, the month
    is the same in every time zone: these rows are grouped by the month in UTC. All other rows are
    grouped by the second, and `_month()` converts the seconds.
    """

    def as_sqlite(
        self, compiler: Any, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        # The expression is a column, whose SQL has no parameters.
        column, _parameters = compiler.compile(self.lhs)
        is_within = f"SUBSTR({column}, 9, 5) BETWEEN '01 12' AND '28 09'"
        return f"SUBSTR({column}, 1, CASE WHEN {is_within} THEN 7 ELSE 19 END)", ()


class ScannedColumn(models.Func):
    """A column that SQLite does not read in the order of an index.

    PostgreSQL gets the column unchanged. Without this class, SQLite scans the index of states,
    which returns the rows of a group one after another. The index of registrations has all columns
    of the query, and scanning that index takes a tenth of the time.
    """

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


def read_overview(customers: CustomerQuerySet, *, zone: ZoneInfo) -> Overview | None:
    """Count the customers by one query; None if it takes too long.

    The months are those of `zone`.
    """
    groups = (
        customers.order_by()
        .values_list(
            LocalMonth("date_joined", tzinfo=zone), ScannedColumn("state"), ScannedColumn("locale")
        )
        .annotate(number=models.Count("*"))
    )
    try:
        sql, parameters = groups.query.sql_with_params()
        limit = int(settings.OVERVIEW_MILLISECONDS)
        rows = read_with_time_limit(customers.db, sql, parameters, milliseconds=limit)
    except EmptyResultSet:
        rows = []
    except TimeLimitExceeded:
        return None
    months, states, locales = Counter[Month](), Counter[int](), Counter[str]()
    for month, state, locale, number in rows:
        months[_parse_local_month(month, zone)] += number
        states[state] += number
        locales[locale] += number
    return Overview(months, states, locales)


def _parse_local_month(value: datetime | str, zone: ZoneInfo) -> Month:
    """Convert a value of LocalMonth: a local time, or on SQLite a month or a second in UTC."""
    if isinstance(value, datetime):
        return Month(value.year, value.month)
    if len(value) == len("2026-01"):
        return Month(int(value[:4]), int(value[5:]))
    local = datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(zone)
    return Month(local.year, local.month)
