"""How a row becomes what the database takes: its columns, and those that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, methodcaller
from typing import Any, Final, NamedTuple

import orjson
from django.db import connection

from portal.customers.copying import copy_text
from portal.customers.derived import DERIVED, Name, derive_name, values_with_name
from portal.customers.rows import CustomerRow, InventedRow, Known, Placed, Rejection

GIVEN: Final = tuple(CustomerRow.model_fields)
COLUMNS: Final = GIVEN + DERIVED
TIMES: Final = ("last_login", "date_joined", "last_modified")
_given = attrgetter(*GIVEN)
_items = methodcaller("items")

Values = tuple[Any, ...]  # in the order of COLUMNS; text, truth, or nothing


class Ready(NamedTuple):
    """So many rows: text for COPY on PostgreSQL, values on SQLite."""

    length: int
    content: bytes | list[Values]


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
        values=prepare(placed.row for _number, placed in accepted),
        known=[(n, row.identifier) for n, row in enumerate(everything) if isinstance(row, Known)],
        rejections=[row for row in everything if isinstance(row, Rejection)],
    )


def prepare(rows: Iterable[CustomerRow | InventedRow]) -> list[Values]:
    """The values of the rows. Needs no connection, only to know to which database they go."""
    return [*zip(*_columns(rows), strict=True)]


def make_ready(rows: Iterable[CustomerRow | InventedRow]) -> Ready:
    """The same as that database takes them in the least time, also from another process."""
    columns = _columns(rows)
    length = len(columns[0]) if columns else 0
    if connection.vendor == "postgresql":
        return Ready(length, copy_text(columns))
    return Ready(length, [*zip(*columns, strict=True)])


def _columns(rows: Iterable[CustomerRow | InventedRow]) -> list[Sequence[Any]]:
    # Column by column: much of the work is quicker for many values than for each.
    given = zip(*map(_given, rows), strict=True)
    columns: dict[str, Sequence[Any]] = dict(zip(GIVEN, given, strict=False))
    if not columns:
        return []
    jsons, named = zip(*map(_name, map(tuple, map(_items, columns["name_parts"]))), strict=True)
    sources = ("identifier", "external_identifier", "email")
    derived = map(values_with_name, *(columns[name] for name in sources), named)
    columns["name_parts"] = jsons
    for name in TIMES:
        columns[name] = _texts(columns[name])
    return [*columns.values(), *zip(*derived, strict=True)]


@lru_cache(maxsize=20_000)
def _name(parts: tuple[tuple[str, str | None], ...]) -> tuple[str, Name]:
    """The parts as JSON, and the name. Remembered, because many customers share them."""
    json = orjson.dumps(dict(parts), option=orjson.OPT_SORT_KEYS).decode()
    return json, derive_name(dict(parts))


def _texts(moments: Sequence[datetime | None]) -> list[str | None]:
    """As Django writes times on SQLite, which compares the text. Those of a row are in UTC."""
    zone = "" if connection.vendor == "sqlite" else "+00"
    text = orjson.dumps(moments).decode().replace("T", " ").replace("+00:00", zone)
    return [None if each == "null" else each[1:-1] for each in text[1:-1].split(",")]
