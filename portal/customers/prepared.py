"""How a row becomes what the database takes: its columns, and those that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

import orjson
from django.db import connection

from portal.customers.derived import DERIVED, derived_values
from portal.customers.rows import CustomerRow, InventedRow, Placed

GIVEN: Final = tuple(CustomerRow.model_fields)
COLUMNS: Final = GIVEN + DERIVED
TIMES: Final = tuple(map(GIVEN.index, ("last_login", "date_joined", "last_modified")))
NAME_PARTS: Final = GIVEN.index("name_parts")
_given = attrgetter(*GIVEN)
UTC_OFFSET: Final = len("+00:00")

Values = tuple[Any, ...]  # in the order of COLUMNS; text, truth, or nothing


def prepare(rows: Iterable[Placed]) -> list[Values]:
    """The values of the rows. Needs no connection, only to know to which database they go."""
    # Times as Django writes them on SQLite, which compares the text. Those of a row are in UTC.
    zone = "" if connection.vendor == "sqlite" else "+00"
    return [_values(placed.row, zone) for placed in rows]


def _values(row: CustomerRow | InventedRow, zone: str) -> Values:
    given = [*_given(row)]
    given[NAME_PARTS] = orjson.dumps(row.name_parts, option=orjson.OPT_SORT_KEYS).decode()
    for place in TIMES:
        if moment := given[place]:
            given[place] = moment.replace(tzinfo=None).isoformat(" ") + zone
    return (
        *given,
        *derived_values(row.identifier, row.external_identifier, row.email, row.name_parts),
    )
