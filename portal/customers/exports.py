"""Whole lists in the words of the API, written by the database, which is quickest at it.

A row then is one text, or a few, that pass through Python untouched. Memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models, transaction
from django.db.models.expressions import Case, Expression, F, Func, Value, When
from django.db.models.functions import Cast

from portal.customers.models import Customer, CustomerQuerySet

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


def read_json(customers: CustomerQuerySet, fields: Sequence[str]) -> Iterator[str]:
    """Each customer as a JSON object."""
    pairs = [part for field in fields for part in (Value(field), _in_json(field))]
    row = Cast(JsonRow(*pairs), TEXT)
    return _stream(customers.values_list(row, flat=True))


def read_texts(customers: CustomerQuerySet, fields: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each customer as texts; None where there is no value."""
    return _stream(customers.values_list(*map(_in_text, fields)))


def _stream(rows: models.QuerySet[Any, Any]) -> Iterator[Any]:
    # PostgreSQL keeps a cursor within a transaction; SQLite would take the lock of a writer for it.
    # The database is chosen once: it may be the replica, and is, until the stream ends.
    chosen = rows.using(rows.db)
    is_postgres = connection.vendor == "postgresql"
    with transaction.atomic(using=chosen.db) if is_postgres else nullcontext():
        yield from chosen.iterator(chunk_size=BATCH)


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
