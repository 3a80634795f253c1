"""Streams the history as the rows of a table: one row for each field that an event changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db.models import Case, F, Value, When
from django.db.models.functions import Cast

from portal.customers.exporting.stream import BATCH_ROWS, TEXT_FIELD, InstantText
from portal.customers.fields import JsonbEncoder
from portal.customers.query.page import ALL_FIELDS
from portal.databases.compiled import stream_union_all
from portal.history.queries import NEWEST_FIRST, EventQuery, find_events, readable_values

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

COLUMNS_OF_EVENT: Final = ("time", "event", "kind", "customer", "actor_kind", "actor", "request_id")
COLUMNS: Final = (*COLUMNS_OF_EVENT, "undoes", "field", "before", "after")
_encoder: Final = JsonbEncoder()

Row = tuple[str | None, ...]


def read_event_rows(
    organizer: Organizer, *, query: EventQuery, reads_notes: bool, expired: datetime | None
) -> Iterator[Row]:
    """Rows with the texts of COLUMNS, newest event first.

    An event without values is one row without a field.

    Events before `expired` have no values. The values of notes are left out unless `reads_notes`.
    """
    changes: Any = Cast("changes", TEXT_FIELD)
    if expired:
        changes = Case(
            When(time__lt=expired, then=Value(None)), default=changes, output_field=TEXT_FIELD
        )
    events = find_events(organizer, query).order_by(*NEWEST_FIRST)
    columns = ("pk", "kind", "customer__identifier", "actor_kind", "actor_name", "request_id")
    rows = events.values_list(InstantText("time"), *map(F, columns), F("undoes_id"), changes)
    stream = stream_union_all([rows], BATCH_ROWS)
    return (line for row in stream for line in _rows_of_event(row, reads_notes=reads_notes))


def _rows_of_event(row: tuple[Any, ...], *, reads_notes: bool) -> Iterator[Row]:
    *of_event, changes = row
    texts = [None if value is None else str(value) for value in of_event]
    recorded = readable_values(orjson.loads(changes or "{}"), reads_notes=reads_notes)
    # The fields are sorted here, because PostgreSQL's jsonb does not preserve the order of keys.
    for name in sorted(recorded, key=_field_order):
        yield (*texts, name, *map(_value_text, recorded[name] or (None, None)))
    if not recorded:
        yield (*texts, None, None, None)


def _field_order(field: str) -> tuple[int, str]:
    return (ALL_FIELDS.index(field) if field in ALL_FIELDS else len(ALL_FIELDS), field)


def _value_text(value: Any) -> str | None:
    """The text of a value, as in the CSV export of customers.

    A text is unchanged, any other value is JSON.
    """
    if value is None or isinstance(value, str):
        return value
    return _encoder.encode(value) if isinstance(value, dict) else orjson.dumps(value).decode()
