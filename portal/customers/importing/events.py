"""The SQL that records an event for each customer that an import creates or changes.

The events have the same fields and values as those that changing/write.py records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.db import connection

from portal.customers.models import PERSONAL_COLUMNS
from portal.customers.source_values import TIMES
from portal.history.actors import Actor
from portal.history.models import Event, EventKind

# Runs before the UPDATE of customers, so that `existing` has the old values. The customers are
# locked. A row that removes the personal data records an erasure, without the personal values. A
# row that only has a newer source time records no event.
RECORD_CHANGED: Final = """
    INSERT INTO {events}
    SELECT %(organizer)s, id, version + 1, %(now)s,
        CASE WHEN erases THEN '{kinds.ERASED}' ELSE '{kinds.CHANGED}' END,
        CAST(changes AS {json}), {actor}
    FROM (
        SELECT existing.id, existing.version, {erases} AS erases,
            CASE WHEN {erases} THEN {changed_beside_person} ELSE {changed} END AS changes
        FROM staged JOIN {table} existing ON existing.organizer_id = %(organizer)s
            AND existing.identifier = staged.identifier) AS pairs
    WHERE erases OR changes <> '{{}}'"""
# Runs after the INSERT of customers. The version of updated customers is greater than 1 by then.
RECORD_CREATED: Final = """
    INSERT INTO {events}
    SELECT %(organizer)s, existing.id, existing.version, %(now)s, '{kinds.CREATED}',
        CAST({created} AS {json}), {actor}
    FROM staged JOIN {table} existing
    ON existing.organizer_id = %(organizer)s AND existing.identifier = staged.identifier
    WHERE existing.version = 1"""

EVENT_COLUMNS: Final = (
    *("organizer_id", "customer_id", "version", "time", "kind", "changes"),
    *("actor_kind", "actor_id", "actor_name", "request_id"),
)
ACTOR: Final = "%(actor_kind)s, %(actor_id)s, %(actor_name)s, %(request_id)s"
WRITABLE: Final = (
    *("external_identifier", "email", "phone", "name_parts", "is_active", "is_verified"),
    *("locale", "notes"),
)
# The fields without personal data, which the event of an erasure may have.
NON_PERSONAL_FIELDS: Final = ("is_active", "is_verified", "locale")


class _Dialect(NamedTuple):
    """The SQL for JSON of one database: a type, a function, and expressions for columns."""

    type: str
    array: str
    parts: str
    boolean: str
    time: str


DIALECTS: Final[Mapping[str, _Dialect]] = {
    "postgresql": _Dialect(
        type="jsonb",
        array="json_build_array",
        parts="{}",
        boolean="{}",
        time="{}",
    ),
    "sqlite": _Dialect(
        type="text",
        array="json_array",
        parts="json({})",
        boolean="json(CASE WHEN {} THEN 'true' ELSE 'false' END)",
        time="REPLACE({}, ' ', 'T') || '+00:00'",
    ),
}


def sql_placeholders(*, equals: str, anonymised: int) -> dict[str, Any]:
    """The SQL for the placeholders of the statements above.

    `equals` is an operator for which NULL equals NULL.
    """
    dialect = DIALECTS[connection.vendor]
    personal = " || ".join(f"COALESCE(existing.{each}, '')" for each in PERSONAL_COLUMNS)

    def changes(columns: Iterable[str]) -> str:
        return _json_object(_json_of_change(each, equals, dialect) for each in columns)

    return {
        "events": f"{Event._meta.db_table} ({', '.join(EVENT_COLUMNS)})",
        "kinds": EventKind,
        "actor": ACTOR,
        "json": dialect.type,
        "erases": f"(staged.state = {anonymised} AND {personal} <> '')",
        "changed": changes((*WRITABLE, *TIMES)),
        "changed_beside_person": changes((*NON_PERSONAL_FIELDS, *TIMES)),
        "created": _json_object(_json_of_creation(each, dialect) for each in WRITABLE),
    }


def actor_parameters(actor: Actor) -> dict[str, object]:
    """The parameters of the statements above that describe the actor of an import."""
    return {
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "request_id": actor.request_id,
    }


def _json_object(members: Iterable[str]) -> str:
    """SQL for a JSON object.

    Each member is SQL for a text that is empty or begins with a comma.
    """
    return f"'{{' || SUBSTR({' || '.join(members)}, 2) || '}}'"


def _json_of_change(column: str, equals: str, dialect: _Dialect) -> str:
    """SQL for the JSON member of a changed column: `"column":[before, after]`."""
    before, after = (_json_value(f"{table}.{column}", dialect) for table in ("existing", "staged"))
    return _json_member(
        column, f"NOT existing.{column} {equals} staged.{column}", before, after, dialect
    )


def _json_of_creation(column: str, dialect: _Dialect) -> str:
    empty = " AND staged.name_parts <> '{}'" if column == "name_parts" else ""
    condition = f"staged.{column} IS NOT NULL{empty}"
    return _json_member(
        column, condition, "NULL", _json_value(f"staged.{column}", dialect), dialect
    )


def _json_member(column: str, condition: str, before: str, after: str, dialect: _Dialect) -> str:
    pair = f"CAST({dialect.array}({before}, {after}) AS text)"
    return f"""CASE WHEN {condition} THEN ',"{column}":' || {pair} ELSE '' END"""


def _json_value(column: str, dialect: _Dialect) -> str:
    name = column.partition(".")[2]
    if name == "name_parts":
        return dialect.parts.format(column)
    if name in TIMES:
        return dialect.time.format(column)
    return dialect.boolean.format(column) if name.startswith("is_") else column
