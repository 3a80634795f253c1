"""Merges an imported row into the values of a customer: fields that the row lacks do not change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Any, Final

from django.utils import timezone

from portal.customers import names
from portal.customers.importing.rows import CustomerRow, ParsedRow, Rejection, UnchangedRow
from portal.customers.local_times import format_api_time, span_of_local_time
from portal.customers.models import Customer
from portal.customers.source_values import Values

FIELDS: Final = tuple(CustomerRow.model_fields)
TIME_FIELDS: Final = ("last_login", "date_joined", "last_modified")
# Keys of spreadsheet rows instead of `name_parts`: NAME for a column with the composed name, PARTS
# for columns with some parts of the name.
NAME: Final = "name"
PARTS: Final = "parts"
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def merge_row(before: Values, row: Values, zone: tzinfo) -> dict[str, Any]:
    """The values of a customer after a row. `before` has every field. The row may lack fields.

    A date in the row does not change a stored time on the same day. If the row has a composed name,
    name parts that compose to the same name do not change. `last_modified` always comes from the
    row, and is None if the row has no source time.
    """
    after = {**before, "last_modified": None, **{key: row[key] for key in FIELDS if key in row}}
    for field in TIME_FIELDS:
        if isinstance(after[field], str) and DAY.fullmatch(after[field]):
            after[field] = _time_on_day(before[field], date.fromisoformat(after[field]), zone)
    if "name_parts" not in row:
        after["name_parts"] = _merge_name_parts(before["name_parts"], row)
    return after


def set_source_times(
    rows: Iterable[ParsedRow | UnchangedRow | Rejection], as_of: datetime
) -> Iterator[ParsedRow | UnchangedRow | Rejection]:
    """Give rows without a source time the time `as_of`."""
    source_time = format_api_time(as_of)
    for row in rows:
        if (
            isinstance(row, ParsedRow)
            and isinstance(row.content, dict)
            and row.content.get("last_modified") is None
        ):
            yield row._replace(content={**row.content, "last_modified": source_time})
        else:
            yield row


def new_customer() -> dict[str, Any]:
    """The default values of a new customer, into which its first row is merged."""
    return {**_default_values_of_customer(), "date_joined": format_api_time(timezone.now())}


@cache
def _default_values_of_customer() -> dict[str, Any]:
    customer = Customer()
    values = {name: getattr(customer, name) for name in FIELDS if name != "identifier"}
    return {**values, "last_modified": None}


def _time_on_day(before: str | None, day: date, zone: tzinfo) -> str:
    """The stored time `before` if it is on that day, otherwise the start of the day."""
    if before and datetime.fromisoformat(before).astimezone(zone).date() == day:
        return before
    return format_api_time(span_of_local_time(datetime.combine(day, time.min), zone).start)


def _merge_name_parts(before: Mapping[str, str | None], row: Values) -> Mapping[str, str | None]:
    if parts := row.get(PARTS):
        if all((before.get(part) or "") == parts[part] for part in parts if part != names.SCHEME):
            return before
        is_same_scheme = before.get(names.SCHEME) == parts[names.SCHEME]
        return {**before, **parts} if is_same_scheme else parts
    name = row.get(NAME)
    if name is None or names.compose_name(before) == name:
        return before
    return {names.SCHEME: "full", "full_name": name} if name else {}
