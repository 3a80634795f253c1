"""Which rows of a file are unchanged customers: those need not be checked or staged as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, Final

import orjson
from django.db import connection

from portal.customers.importing.encode import TIMES
from portal.customers.importing.rows import CustomerRow, Found, Known, Rejection
from portal.customers.models import IDENTIFIER, Customer
from portal.organizers.models import Organizer

FIELDS: Final = CustomerRow.model_fields
NEEDED: Final = tuple(name for name, field in FIELDS.items() if field.is_required())
OPTIONAL: Final = tuple(name for name in FIELDS if name not in NEEDED)
VALID: Final = re.compile(IDENTIFIER)
# Both write a time as it is stored. What Python or the database would make of it costs more than
# everything else.
COLUMNS: Final = ", ".join(
    f"CAST({name} AS text)" if name in TIMES else name for name in (*NEEDED, *OPTIONAL)
)
FETCH: Final = "SELECT {columns} FROM {table} WHERE organizer_id = %s AND identifier {are}"
ARE: Final = {"sqlite": "IN (SELECT value FROM json_each(%s))", "postgresql": "= ANY(%s)"}
_needed = itemgetter(*NEEDED)


def mark_known(
    organizer: Organizer, found: Iterable[Found | Known | Rejection]
) -> Iterator[Found | Known | Rejection]:
    """The same rows, with Known in place of those that equal what the API returns of the customer.

    A row that is written otherwise, such as with a time of another zone, may still change nothing:
    the staging table is compared for that. Values in the database were checked when they came.
    """
    rows = list(found)
    identifiers = [*map(_identifier, rows)]
    customers = _customers(organizer, [*filter(None, identifiers)])
    for row, identifier in zip(rows, identifiers, strict=True):
        customer = customers.get(identifier)
        is_known = customer and isinstance(row, Found) and _values(row.content) == customer
        yield Known(identifier) if is_known else row


def _customers(organizer: Organizer, identifiers: list[str]) -> dict[str, list[Any]]:
    statement = FETCH.format(
        columns=COLUMNS, table=Customer._meta.db_table, are=ARE[connection.vendor]
    )
    is_sqlite = connection.vendor == "sqlite"
    wanted = orjson.dumps(identifiers).decode() if is_sqlite else identifiers
    with connection.cursor() as cursor:
        cursor.execute(statement, [organizer.pk, wanted])
        return {row[0]: _in_words_of_the_api(row) for row in cursor.fetchall()}


def _in_words_of_the_api(row: tuple[Any, ...]) -> list[Any]:
    values = dict(zip((*NEEDED, *OPTIONAL), row, strict=True))
    for name in TIMES:
        values[name] = _time(values[name])
    values["name_parts"] = orjson.loads(values["name_parts"])
    return [*values.values()]


def _time(text: str | None) -> str | None:
    if text is None:
        return None
    moment = text.removesuffix("+00")
    # PostgreSQL leaves out zeros at the end of a fraction.
    moment = moment.ljust(26, "0") if "." in moment else moment
    return f"{moment[:10]}T{moment[11:]}Z"


def _identifier(row: Found | Known | Rejection) -> str:
    """Empty if it has none that a customer could have."""
    if isinstance(row, Found) and isinstance(row.content, dict):
        identifier = row.content.get("identifier")
        if isinstance(identifier, str) and VALID.match(identifier):
            return identifier
    return ""


def _values(content: Any) -> list[Any] | None:
    """The values of a row of a file, in the order of the columns; None where one is missing."""
    try:
        needed = _needed(content)
    except KeyError:
        return None
    # For Python 1 is true as well, for JSON it is not.
    if type(content["is_active"]) is type(content["is_verified"]) is bool:
        return [*needed, *map(content.get, OPTIONAL)]
    return None
