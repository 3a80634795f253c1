"""Django's PostgreSQL, with times that are read in a tenth of the time: a page has 150 of them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

if TYPE_CHECKING:
    from psycopg.abc import Buffer


class UtcLoader(TimestamptzLoader):
    """A time with its zone, in the form that PostgreSQL writes it in (`2021-04-06 13:44:22+00`).

    What Python cannot read of that, such as years before Christ, is refused by the driver, as ever.
    """

    timezone = UTC  # Django compares it with that of the connection

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(bytes(data).decode()).astimezone(UTC)
        except ValueError:
            return super().load(data)


class DatabaseWrapper(base.DatabaseWrapper):
    """Cursors in another zone than UTC have Django's loader still, which Django then gives them."""

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return {**params, "context": _with_quick_times(params["context"])}


@cache
def _with_quick_times(adapters: AdaptersMap) -> AdaptersMap:
    quick = AdaptersMap(adapters)
    quick.register_loader("timestamptz", UtcLoader)
    return quick
