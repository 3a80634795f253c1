"""How a row becomes what the database takes: its columns, and those that follow from them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from django.db import connection

from portal.customers.models import derived_columns
from portal.customers.rows import CustomerRow, Placed

GIVEN: Final = tuple(CustomerRow.model_fields)
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
COLUMNS: Final = GIVEN + DERIVED
TIMES: Final = tuple(map(GIVEN.index, ("last_login", "date_joined", "last_modified")))
NAME_PARTS: Final = GIVEN.index("name_parts")
_given = attrgetter(*GIVEN)
UTC_OFFSET: Final = len("+00:00")

Values = tuple[Any, ...]  # in the order of COLUMNS; every column has its own type


def prepare(rows: Iterable[Placed]) -> list[Values]:
    """The values of the rows. Needs no connection, only to know to which database they go."""
    has_text_times = connection.vendor == "sqlite"
    return [_values(placed, has_text_times=has_text_times) for placed in rows]


def _values(placed: Placed, *, has_text_times: bool) -> Values:
    row = placed.row
    given = [*_given(row)]
    given[NAME_PARTS] = _written_out(row.name_parts)
    if has_text_times:
        for place in TIMES:
            given[place] = given[place] and _as_text(given[place])
    derived = derived_columns(row.identifier, row.external_identifier, row.email, row.name_parts)
    return (*given, *derived.values())


# SQLite compares the text: as Django writes it, and the same for parts in another order.
_written_out = json.JSONEncoder(sort_keys=True).encode


def _as_text(moment: datetime) -> str:
    """As Django writes a time on SQLite. Those of a row are in UTC."""
    return moment.isoformat(" ")[:-UTC_OFFSET]
