"""Whole lists as JSON or as texts, written by the database, which is quickest at it.

A row is one text, or a few, which pass through Python untouched. Memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models
from django.db.models.expressions import Case, Expression, F, Func, Value, When
from django.db.models.functions import Cast

from portal.customers.models import Customer, CustomerQuerySet
from portal.databases.compiled import stream_in_turn

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

BATCH: Final = 1_000
TEXT: Final[models.Field[Any, Any]] = models.TextField()


class InstantText(Func):
    """`2021-04-06T13:44:22.809216Z`, and on the second `2021-04-06T13:44:22Z`."""

    output_field = TEXT
    template = (
        """REPLACE(TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),"""
        " '.000000Z', 'Z')"
    )

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """SQLite has times as text, in UTC."""
        template = "(REPLACE(%(expressions)s, ' ', 'T') || 'Z')"
        return self.as_sql(compiler, connection, template=template, **extra)


class JsonValue(Func):
    """What is JSON already, as a part of more."""

    function = "JSON"
    output_field = TEXT


class JsonRow(Func):
    """An object with the given names and values in turns."""

    function = "JSON_BUILD_OBJECT"
    output_field = TEXT

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_OBJECT", **extra)


def read_json(sections: Sequence[CustomerQuerySet], fields: Sequence[str]) -> Iterator[str]:
    """Each customer as a JSON object, section by section."""
    pairs = [part for field in fields for part in (Value(field), _in_json(field))]
    row = Cast(JsonRow(*pairs), TEXT)
    rows = stream_in_turn([section.values_list(row) for section in sections], BATCH)
    return (text for (text,) in rows)


def read_texts(
    sections: Sequence[CustomerQuerySet], fields: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """Each customer as texts, section by section; None where there is no value."""
    texts = [_in_text(field) for field in fields]
    return stream_in_turn([section.values_list(*texts) for section in sections], BATCH)


def _in_text(field: str) -> Expression | F:
    match Customer._meta.get_field(field):
        case models.DateTimeField():
            return InstantText(field)
        case models.BooleanField():
            return Case(When(**{field: True}, then=Value("true")), default=Value("false"))
        case models.JSONField():
            return Cast(field, TEXT)
    return F(field)


def _in_json(field: str) -> Expression | F:
    match Customer._meta.get_field(field):
        case models.BooleanField() | models.JSONField():
            # PostgreSQL knows them for what they are; SQLite has numbers and text.
            return JsonValue(_in_text(field)) if connection.vendor == "sqlite" else F(field)
    return _in_text(field)
