"""Compares rows with their customers: what a row does not say stays, equal rows are not staged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, Final, cast

import orjson
from django.db import connection

from portal.customers.importing.encode import TIME_FIELDS
from portal.customers.importing.rows import CustomerRow, ParsedRow, Rejection, UnchangedRow
from portal.customers.models import IDENTIFIER, Customer
from portal.organizers.models import Organizer

FIELDS: Final = CustomerRow.model_fields
REQUIRED: Final = tuple(name for name, field in FIELDS.items() if field.is_required())
OPTIONAL: Final = tuple(name for name in FIELDS if name not in REQUIRED)
IDENTIFIER_PATTERN: Final = re.compile(IDENTIFIER)
# Times are read as text: to parse them and to write them again would take most of the time.
# The time of a row is compared with that of the source.
STORED: Final = {
    **{name: f"CAST({name} AS text)" for name in TIME_FIELDS},
    "last_modified": "CAST(source_modified AS text)",
}
COMPARED_COLUMNS: Final = ", ".join(STORED.get(name, name) for name in (*REQUIRED, *OPTIONAL))
FETCH: Final = "SELECT {columns} FROM {table} WHERE organizer_id = %s AND identifier {is_any}"
IS_ANY: Final = {"sqlite": "IN (SELECT value FROM json_each(%s))", "postgresql": "= ANY(%s)"}
_required = itemgetter(*REQUIRED)


def compare_with_customers(
    organizer: Organizer, rows: Iterable[ParsedRow | UnchangedRow | Rejection]
) -> Iterator[ParsedRow | UnchangedRow | Rejection]:
    """Each parsed row with the customer's values for the optional keys that it does not have.

    A row that equals the API's JSON of its customer becomes an UnchangedRow: it is valid, because
    its customer is. A row in another notation, such as a time with another offset, may change
    nothing either: the staging table is compared for that.
    """
    rows = list(rows)
    identifiers = [*map(_identifier, rows)]
    customers = _customers(organizer, [*filter(None, identifiers)])
    for row, identifier in zip(rows, identifiers, strict=True):
        customer = customers.get(identifier)
        yield _compare(row, customer) if customer and isinstance(row, ParsedRow) else row


def _compare(row: ParsedRow, customer: list[Any]) -> ParsedRow | UnchangedRow:
    kept = dict(zip(OPTIONAL, customer[len(REQUIRED) :], strict=True))
    content = {**kept, **cast("dict[str, Any]", row.content)}
    if _row_values(content) == customer and content["last_modified"] is not None:
        return UnchangedRow(content["identifier"], content["last_modified"])
    return row._replace(content=content)


def _customers(organizer: Organizer, identifiers: list[str]) -> dict[str, list[Any]]:
    """The values of the customers with these identifiers, as the API writes them."""
    statement = FETCH.format(
        columns=COMPARED_COLUMNS, table=Customer._meta.db_table, is_any=IS_ANY[connection.vendor]
    )
    is_sqlite = connection.vendor == "sqlite"
    parameter = orjson.dumps(identifiers).decode() if is_sqlite else identifiers
    with connection.cursor() as cursor:
        cursor.execute(statement, [organizer.pk, parameter])
        return {row[0]: _api_values(row) for row in cursor.fetchall()}


def _api_values(row: tuple[Any, ...]) -> list[Any]:
    values = dict(zip((*REQUIRED, *OPTIONAL), row, strict=True))
    for name in TIME_FIELDS:
        values[name] = _api_time(values[name])
    values["name_parts"] = orjson.loads(values["name_parts"])
    return [*values.values()]


def _api_time(text: str | None) -> str | None:
    if text is None:
        return None
    time = text.removesuffix("+00")
    # PostgreSQL omits zeros at the end of a fraction.
    time = time.ljust(26, "0") if "." in time else time
    return f"{time[:10]}T{time[11:]}Z"


def _identifier(row: ParsedRow | UnchangedRow | Rejection) -> str:
    """The identifier of the row; empty if there is none or it is not valid."""
    if isinstance(row, ParsedRow) and isinstance(row.content, dict):
        identifier = row.content.get("identifier")
        if isinstance(identifier, str) and IDENTIFIER_PATTERN.match(identifier):
            return identifier
    return ""


def _row_values(content: Any) -> list[Any] | None:
    """The values in the order of the columns; None if a required one is missing."""
    try:
        required = _required(content)
    except KeyError:
        return None
    # In Python 1 equals True, in JSON it does not.
    if type(content["is_active"]) is type(content["is_verified"]) is bool:
        return [*required, *map(content.get, OPTIONAL)]
    return None
