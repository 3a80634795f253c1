"""Compares imported rows with stored customers: fills in missing values, and marks equal rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from operator import itemgetter
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from portal.customers.importing.merging import FIELDS, TIME_FIELDS, merge_row, new_customer
from portal.customers.importing.rows import (
    CustomerRow,
    ParsedRow,
    Rejection,
    UnchangedRow,
    encode_given_fields,
    valid_identifier,
)
from portal.customers.models import Customer
from portal.customers.source_values import SourceValues, read_source_values
from portal.organizers.models import Organizer

OPTIONAL: Final = tuple(
    name for name, field in CustomerRow.model_fields.items() if not field.is_required()
)
# Times are read as text, because parsing and formatting them would take most of the run time.
SELECTED_FIELDS: Final = ", ".join(
    f"CAST({name} AS text)" if name in TIME_FIELDS else name for name in FIELDS
)
# The `last_modified` of an imported row is compared with the `source_modified` of the customer.
STORED_FIELDS: Final = SELECTED_FIELDS.replace("last_modified", "source_modified")
FETCH: Final = """
    SELECT {columns}, source_values FROM {table}
    WHERE organizer_id = %(organizer)s AND identifier {is_any}"""
IS_ANY: Final = {
    "sqlite": "IN (SELECT value FROM json_each(%(listed)s))",
    "postgresql": "= ANY(%(listed)s)",
}
_values = itemgetter(*FIELDS)


class StoredCustomer(NamedTuple):
    """A customer with values as in the JSON of the API; `last_modified` is the time at the source.

    `source_values` has the values of the source for fields that were edited in Portal.
    """

    values: dict[str, Any]
    source_values: SourceValues

    @property
    def values_at_source(self) -> dict[str, Any]:
        """The last imported values of the customer."""
        if not self.source_values:
            return self.values
        return {**self.values, **{name: each.value for name, each in self.source_values.items()}}


def compare_with_customers(
    organizer: Organizer,
    rows: Iterable[ParsedRow | UnchangedRow | Rejection],
    *,
    overwrite: bool = False,
) -> Iterator[ParsedRow | UnchangedRow | Rejection]:
    """Fill in the keys that a parsed row lacks, with the values of its customer.

    A partial row may lack any key, other rows lack optional keys only. For an edited field the
    value of the source is filled in, not that of Portal.

    A complete row that equals the customer at the source becomes an UnchangedRow, which needs no
    validation. With `overwrite`, the row stays a ParsedRow if the customer has edited fields. A row
    that differs only in notation, such as the offset of a time, also stays a ParsedRow.
    Staging.drop_unchanged() later deletes such a row.
    """
    rows, zone = list(rows), ZoneInfo(organizer.timezone)
    identifiers = [*map(_identifier_or_empty, rows)]
    customers = fetch_customers(organizer, [*filter(None, identifiers)])
    for row, identifier in zip(rows, identifiers, strict=True):
        if isinstance(row, ParsedRow):
            yield _compare_with_customer(row, customers.get(identifier), zone, overwrite=overwrite)
        else:
            yield row


def fetch_customers(organizer: Organizer, identifiers: Sequence[str]) -> dict[str, StoredCustomer]:
    """Read the customers with these identifiers, by identifier."""
    statement = FETCH.format(
        columns=STORED_FIELDS, table=Customer._meta.db_table, is_any=IS_ANY[connection.vendor]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"organizer": organizer.pk, "listed": list_parameter(identifiers)}
        )
        return {
            row[0]: StoredCustomer(api_values(row[:-1]), _source_values(row[-1]))
            for row in cursor.fetchall()
        }


def _source_values(stored: str | None) -> SourceValues:
    return read_source_values(orjson.loads(stored)) if stored else {}


def list_parameter(values: Sequence[Any]) -> Any:
    """A list of values, as the parameter `listed` of the condition IS_ANY."""
    return orjson.dumps(values).decode() if connection.vendor == "sqlite" else values


def api_values(row: Iterable[Any]) -> dict[str, Any]:
    """The columns SELECTED_FIELDS of a database row, as values of the JSON of the API."""
    values = dict(zip(FIELDS, row, strict=True))
    for name in TIME_FIELDS:
        values[name] = format_stored_time(values[name])
    values["name_parts"] = orjson.loads(values["name_parts"])
    return values


def format_stored_time(text: str | None) -> str | None:
    """Convert a time from the text of the database to the notation of the API."""
    if text is None:
        return None
    time = text.removesuffix("+00")
    # PostgreSQL omits zeros at the end of the microseconds.
    time = time.ljust(26, "0") if "." in time else time
    return f"{time[:10]}T{time[11:]}Z"


def _identifier_or_empty(row: ParsedRow | UnchangedRow | Rejection) -> str:
    return valid_identifier(row.content) if isinstance(row, ParsedRow) else ""


def _compare_with_customer(
    row: ParsedRow, customer: StoredCustomer | None, zone: tzinfo, *, overwrite: bool
) -> ParsedRow | UnchangedRow:
    content = row.content
    if not isinstance(content, dict):
        return row
    if row.is_partial:
        merged = merge_row(customer.values_at_source if customer else new_customer(), content, zone)
        return row._replace(content=merged, given=content)
    given = [name for name in OPTIONAL if name not in content]
    if customer is None:
        return row._replace(given=given)
    before = customer.values_at_source
    merged = {**{name: before[name] for name in OPTIONAL}, **content}
    takes_back = overwrite and customer.source_values
    if not takes_back and _would_change_nothing(merged, before):
        return UnchangedRow(
            content["identifier"], content["last_modified"], encode_given_fields(given)
        )
    return row._replace(content=merged, given=given)


def _would_change_nothing(content: dict[str, Any], customer: dict[str, Any]) -> bool:
    try:
        # 1 equals True in Python, but not in JSON.
        is_typed = type(content["is_active"]) is type(content["is_verified"]) is bool
        has_time = content["last_modified"] is not None
        return is_typed and has_time and _values(content) == _values(customer)
    except KeyError:
        return False
