"""Streams all customers of a list as JSON or text.

The database composes the text of each row, because this is faster than in Python.

Only one batch of rows is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import connection, models
from django.db.models.expressions import Case, Expression, F, Func, Value, When
from django.db.models.functions import Cast

from portal.customers.models import Customer, CustomerQuerySet, State
from portal.databases.compiled import stream_union_all

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

BATCH_ROWS: Final = 1_000
TEXT_FIELD: Final[models.Field[Any, Any]] = models.TextField()


class InstantText(Func):
    """A time as text:

    `2021-04-06T13:44:22.809216Z`, or `2021-04-06T13:44:22Z` without microseconds.
    """

    output_field = TEXT_FIELD
    template = (
        """REPLACE(TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),"""
        " '.000000Z', 'Z')"
    )

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """SQLite stores times as text in UTC."""
        template = "(REPLACE(%(expressions)s, ' ', 'T') || 'Z')"
        return self.as_sql(compiler, connection, template=template, **extra)


class JsonText(Func):
    """A text as a JSON string. A missing text is the JSON null."""

    function = "JSON_QUOTE"
    output_field = TEXT_FIELD


class JsonRow(Func):
    """A JSON object, such as `{"email" : "a@example.org", "name" : ""}`.

    The source expressions are a name, its value, the next name, and so on.
    """

    function = "JSON_BUILD_OBJECT"
    output_field = TEXT_FIELD

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Write the same JSON text as PostgreSQL, byte for byte.

        SQLite's JSON_OBJECT would omit the spaces around a colon and within JSON values.
        """
        names = cast("Sequence[Value]", self.source_expressions[::2])
        parts: list[Expression] = []
        for name, value in zip(names, self.source_expressions[1::2], strict=True):
            parts += [Value(f'{", " if parts else "{"}"{name.value}" : '), value]
        row = Func(*parts, Value("}"), template="(%(expressions)s)", arg_joiner=" || ")
        return compiler.compile(row)


def read_rows_as_json(
    querysets: Sequence[CustomerQuerySet], fields: Sequence[str]
) -> Iterator[str]:
    """The customers of each section in turn, each as a JSON object.

    PostgreSQL and SQLite return the same bytes.
    """
    pairs = [part for field in fields for part in (Value(field), _json_expression(field))]
    row = Cast(JsonRow(*pairs), TEXT_FIELD)
    rows = stream_union_all([queryset.values_list(row) for queryset in querysets], BATCH_ROWS)
    return (text for (text,) in rows)


def read_rows_as_texts(
    querysets: Sequence[CustomerQuerySet], fields: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """The customers of each section in turn, each as a tuple of texts.

    A missing value is None.
    """
    texts = [_expression_of_text(field) for field in fields]
    return stream_union_all([queryset.values_list(*texts) for queryset in querysets], BATCH_ROWS)


def _expression_of_text(field: str) -> Expression | F:
    match Customer._meta.get_field(field):
        case models.DateTimeField():
            return InstantText(field)
        case models.BooleanField():
            return Case(When(**{field: True}, then=Value("true")), default=Value("false"))
        case models.SmallIntegerField():
            return Case(*(When(state=state, then=Value(state.code)) for state in State))
        case models.JSONField():
            return Cast(field, TEXT_FIELD)
    return F(field)


def _json_expression(field: str) -> Expression | F:
    is_json = isinstance(Customer._meta.get_field(field), models.BooleanField | models.JSONField)
    if connection.vendor == "sqlite":
        # SQLite has no boolean and no JSON type, so the JSON of these fields is composed as text.
        return _expression_of_text(field) if is_json else JsonText(_expression_of_text(field))
    return F(field) if is_json else _expression_of_text(field)
