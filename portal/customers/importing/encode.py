"""How a row becomes what the database takes: its columns, and the derived ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, methodcaller
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from django.db import connection
from django.db.models import Field

from portal.customers.importing.rows import CustomerRow, InventedRow, Known, Placed, Rejection
from portal.customers.models import Customer
from portal.customers.normalization import DERIVED, Name, derive_name, derived_values_with_name

SPELLINGS: Final = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
GIVEN: Final = tuple(CustomerRow.model_fields)
COLUMNS: Final = GIVEN + DERIVED
TIMES: Final = ("last_login", "date_joined", "last_modified")
_given = attrgetter(*GIVEN)
_items = methodcaller("items")

Kind = TypeVar("Kind")
Values = tuple[Any, ...]  # text, number, truth, or nothing


# Rows as the database takes them: text for COPY on PostgreSQL, values on SQLite.
Content = bytes | list[Values]


class Batch(NamedTuple):
    """Rows on their way into the staging table, by what has to be done with them."""

    length: int
    placed: Content  # the number of the row, its place, COLUMNS
    known: Content  # the number of the row, its identifier
    rejections: list[Rejection]


def column_definitions() -> str:
    """COLUMNS as the table of customers has them, without their constraints."""
    fields = [field for field in Customer._meta.concrete_fields if field.attname in COLUMNS]
    return ", ".join(f"{field.attname} {_type(field)}" for field in fields)


def _type(field: Field[Any, Any]) -> str:
    parameters = field.db_parameters(connection)
    collation = parameters.get("collation")
    return f'{parameters["type"]} COLLATE "{collation}"' if collation else str(parameters["type"])


def prepare_batch(rows: Iterable[Placed | Known | Rejection], first: int) -> Batch:
    """The rows, numbered from the first one on."""
    everything = [*enumerate(rows, start=first)]
    numbers, placed = _each(Placed, everything)
    known_numbers, known = _each(Known, everything)
    _numbers, rejections = _each(Rejection, everything)
    columns = _columns(each.row for each in placed)
    return Batch(
        len(everything),
        _content([numbers, [each.place for each in placed], *columns]),
        _content([known_numbers, [each.identifier for each in known]]),
        rejections,
    )


def _each(kind: type[Kind], rows: Iterable[tuple[int, object]]) -> tuple[list[int], list[Kind]]:
    """Those of the kind, and their numbers."""
    found = [(number, row) for number, row in rows if isinstance(row, kind)]
    return [number for number, _row in found], [row for _number, row in found]


def _content(columns: list[Sequence[Any]]) -> Content:
    """As the database takes them in the least time, also from another process."""
    if columns[0] and connection.vendor == "postgresql":
        return copy_text(columns)
    return [*zip(*columns, strict=True)]


def _columns(rows: Iterable[CustomerRow | InventedRow]) -> list[Sequence[Any]]:
    # Column by column: much of the work is quicker for many values than for each.
    given = zip(*map(_given, rows), strict=True)
    columns: dict[str, Sequence[Any]] = dict(zip(GIVEN, given, strict=False))
    if not columns:
        return []
    jsons, named = zip(*map(_name, map(tuple, map(_items, columns["name_parts"]))), strict=True)
    sources = ("identifier", "external_identifier", "email")
    derived = map(derived_values_with_name, *(columns[name] for name in sources), named)
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


def copy_text(columns: Sequence[Sequence[Any]]) -> bytes:
    """A line for each row of the columns, which hold text, a number, truth, or nothing."""
    lines = map("\t".join, zip(*map(_words, columns), strict=True))
    return "".join(f"{line}\n" for line in lines).encode()


def _words(column: Sequence[Any]) -> Sequence[str]:
    if isinstance(column[0], bool):
        return ["t" if each else "f" for each in column]
    if isinstance(column[0], int):
        return [*map(str, column)]
    # To look through all texts at once is quicker than to look through each.
    together = "".join(filter(None, column))
    for mark, spelling in SPELLINGS.items():
        if mark in together:
            column = [each and each.replace(mark, spelling) for each in column]
    return [r"\N" if each is None else each for each in column]
