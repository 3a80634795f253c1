"""Encodes imported rows for the staging table: COPY text for PostgreSQL, tuples for SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from operator import attrgetter, methodcaller
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from django.db import connection
from django.db.models import Field

from portal.customers.fields import JsonbEncoder
from portal.customers.importing.merging import FIELDS, TIME_FIELDS
from portal.customers.importing.rows import (
    CustomerRow,
    InventedRow,
    Rejection,
    StagedRow,
    UnchangedRow,
)
from portal.customers.models import PERSONAL_COLUMNS, Customer, State
from portal.customers.normalization import (
    DERIVED_COLUMNS,
    DerivedName,
    derive_name,
    derived_values_with_name,
)

COPY_ESCAPES: Final = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
COLUMNS: Final = (*FIELDS, *DERIVED_COLUMNS, "state", "source_values")
_row_values = attrgetter(*FIELDS)
_items = methodcaller("items")
_json_encoder = JsonbEncoder()

Row = TypeVar("Row")
Content = bytes | list[tuple[Any, ...]]  # bytes for PostgreSQL, tuples for SQLite


class EncodedBatch(NamedTuple):
    """A batch of encoded rows and of rejections.

    The rows of a load have ascending numbers.
    """

    length: int
    staged: Content  # number, position, given, COLUMNS
    unchanged: Content  # number, identifier, last_modified, given
    rejections: list[Rejection]
    has_given: bool  # whether any row has `given`


def sql_column_definitions() -> str:
    """The SQL definitions of COLUMNS: the types of the table of customers, without constraints."""
    fields = [field for field in Customer._meta.concrete_fields if field.attname in COLUMNS]
    return ", ".join(f"{field.attname} {_column_type(field)}" for field in fields)


def _column_type(field: Field[Any, Any]) -> str:
    parameters = field.db_parameters(connection)
    collation = parameters.get("collation")
    return f'{parameters["type"]} COLLATE "{collation}"' if collation else str(parameters["type"])


def encode_batch(
    rows: Iterable[StagedRow | UnchangedRow | Rejection], first: int, *, country: str
) -> EncodedBatch:
    """Encode rows, numbered from `first` on. `country` is the country of the organizer."""
    return encode_numbered_rows([*enumerate(rows, start=first)], country=country)


def encode_numbered_rows(
    numbered: Sequence[tuple[int, StagedRow | UnchangedRow | Rejection]], *, country: str
) -> EncodedBatch:
    """Encode rows that have numbers already."""
    staged_numbers, staged = _select_rows_of_class(StagedRow, numbered)
    unchanged_numbers, unchanged = _select_rows_of_class(UnchangedRow, numbered)
    _numbers, rejections = _select_rows_of_class(Rejection, numbered)
    columns = _encode_columns((each.row for each in staged), country)
    return EncodedBatch(
        len(numbered),
        _encode_for_database(
            [
                staged_numbers,
                [each.position for each in staged],
                [each.given for each in staged],
                *columns,
                [each.source_values for each in staged],
            ]
        ),
        _encode_for_database(
            [
                unchanged_numbers,
                [each.identifier for each in unchanged],
                [_encode_time(each.last_modified) for each in unchanged],
                [each.given for each in unchanged],
            ]
        ),
        rejections,
        any(each.given for each in staged) or any(each.given for each in unchanged),
    )


def _select_rows_of_class(
    kind: type[Row], rows: Iterable[tuple[int, object]]
) -> tuple[list[int], list[Row]]:
    """The numbers and the rows of those rows that are of the class `kind`."""
    selected = [(number, row) for number, row in rows if isinstance(row, kind)]
    return [number for number, _row in selected], [row for _number, row in selected]


def _encode_for_database(columns: list[Sequence[Any]]) -> Content:
    if columns[0] and connection.vendor == "postgresql":
        return encode_copy_text(columns)
    return [*zip(*columns, strict=True)]


def _encode_columns(rows: Iterable[CustomerRow | InventedRow], country: str) -> list[Sequence[Any]]:
    # Many conversions are faster for a whole column at once than for single values.
    values = zip(*map(_row_values, rows), strict=True)
    columns: dict[str, Sequence[Any]] = dict(zip(FIELDS, values, strict=False))
    if not columns:
        return []
    name_parts, names = zip(
        *map(_encode_name, map(tuple, map(_items, columns["name_parts"]))), strict=True
    )
    sources = ("identifier", "external_identifier", "email", "phone", "notes")
    derive = partial(derived_values_with_name, country)
    derived = map(derive, *(columns[name] for name in sources), names)
    states = _encode_states({**columns, "name": [name.text for name in names]})
    columns["name_parts"] = name_parts
    for name in TIME_FIELDS:
        columns[name] = _encode_times(columns[name])
    return [*columns.values(), *zip(*derived, strict=True), states]


def _encode_states(columns: Mapping[str, Sequence[Any]]) -> list[int]:
    personal = zip(*(columns[name] for name in PERSONAL_COLUMNS), strict=True)
    rows = zip(personal, columns["is_active"], columns["is_verified"], strict=True)
    return [
        State.from_values(texts, is_active=is_active, is_verified=is_verified).value
        for texts, is_active, is_verified in rows
    ]


@lru_cache(maxsize=20_000)
def _encode_name(parts: tuple[tuple[str, str | None], ...]) -> tuple[str, DerivedName]:
    """The name parts as JSON, and the derived name.

    Cached, because many customers have the same name.
    """
    return _json_encoder.encode(dict(parts)), derive_name(dict(parts))


def _encode_times(times: Sequence[datetime | None]) -> list[str | None]:
    """Encode times in UTC.

    On SQLite the notation is that of Django, because times are compared as text.
    """
    text = orjson.dumps(times).decode().replace("T", " ").replace("+00:00", _zone_suffix())
    return [None if each == "null" else each[1:-1] for each in text[1:-1].split(",")]


def _encode_time(text: str) -> str:
    """Convert a time of the API to the notation of _encode_times()."""
    return text.replace("T", " ").replace("Z", _zone_suffix())


def _zone_suffix() -> str:
    return "" if connection.vendor == "sqlite" else "+00"


def encode_copy_text(columns: Sequence[Sequence[Any]]) -> bytes:
    """Encode rows in PostgreSQL's text format of COPY.

    Each sequence of `columns` has str, int, bool or None.
    """
    lines = map("\t".join, zip(*map(_copy_values, columns), strict=True))
    return "".join(f"{line}\n" for line in lines).encode()


def _copy_values(column: Sequence[Any]) -> Sequence[str]:
    if isinstance(column[0], bool):
        return ["t" if each else "f" for each in column]
    if isinstance(column[0], int):
        return [*map(str, column)]
    # One search in the joined text is faster than one search for each text.
    joined = "".join(filter(None, column))
    for character, escape in COPY_ESCAPES.items():
        if character in joined:
            column = [each and each.replace(character, escape) for each in column]
    return [r"\N" if each is None else each for each in column]
