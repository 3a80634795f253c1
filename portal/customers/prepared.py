"""How a row becomes what the database takes: its columns, and those that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

import orjson
from django.db import connection

from portal.customers.derived import DERIVED, derived_values
from portal.customers.rows import CustomerRow, Known, Placed, Rejection

GIVEN: Final = tuple(CustomerRow.model_fields)
COLUMNS: Final = GIVEN + DERIVED
TIMES: Final = ("last_login", "date_joined", "last_modified")
_given = attrgetter(*GIVEN)

Values = tuple[Any, ...]  # in the order of COLUMNS; text, truth, or nothing


class Batch(NamedTuple):
    """Rows on their way into the staging table, each with its number among all of the batch."""

    length: int
    numbers: list[int]
    places: list[str]
    values: list[Values]
    known: list[tuple[int, str]]  # and the identifier
    rejections: list[Rejection]


def prepare_batch(rows: Iterable[Placed | Known | Rejection]) -> Batch:
    """The rows by what has to be done with them."""
    everything = list(rows)
    accepted = [(n, row) for n, row in enumerate(everything) if isinstance(row, Placed)]
    return Batch(
        length=len(everything),
        numbers=[number for number, _placed in accepted],
        places=[placed.place for _number, placed in accepted],
        values=prepare(placed for _number, placed in accepted),
        known=[(n, row.identifier) for n, row in enumerate(everything) if isinstance(row, Known)],
        rejections=[row for row in everything if isinstance(row, Rejection)],
    )


def prepare(rows: Iterable[Placed]) -> list[Values]:
    """The values of the rows. Needs no connection, only to know to which database they go."""
    # Column by column: much of the work is quicker for many values than for each.
    given = zip(*(_given(placed.row) for placed in rows), strict=True)
    columns: dict[str, Sequence[Any]] = dict(zip(GIVEN, given, strict=False))
    if not columns:
        return []
    sources = ("identifier", "external_identifier", "email", "name_parts")
    derived = map(derived_values, *(columns[name] for name in sources))
    columns["name_parts"] = [_json(parts) for parts in columns["name_parts"]]
    for name in TIMES:
        columns[name] = _texts(columns[name])
    return [*zip(*columns.values(), *zip(*derived, strict=True), strict=True)]


def _json(parts: dict[str, str | None]) -> str:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def _texts(moments: Sequence[datetime | None]) -> list[str | None]:
    """As Django writes times on SQLite, which compares the text. Those of a row are in UTC."""
    zone = "" if connection.vendor == "sqlite" else "+00"
    text = orjson.dumps(moments).decode().replace("T", " ").replace("+00:00", zone)
    return [None if each == "null" else each[1:-1] for each in text[1:-1].split(",")]
