"""Model fields for text in the order of code points, and database functions for text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Func
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class _CodePointOrder(models.Field):  # type: ignore[type-arg]  # the subclass sets the type
    """A column ordered by code point.

    SQLite orders by code point by default; PostgreSQL needs the collation C.
    """

    class Meta:
        abstract = True

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class CodePointCharField(_CodePointOrder, models.CharField):  # type: ignore[type-arg]  # as in the base class
    """A CharField ordered by code point."""


class CodePointTextField(_CodePointOrder, models.TextField):  # type: ignore[type-arg]  # as in the base class
    """A TextField ordered by code point."""


class IgnoringCase(Lower):
    """A text for order and comparison that ignores the case of ASCII letters.

    On SQLite, the column gets a collation instead of LOWER(). SQLite can seek in an index of a
    column, but scans the whole index of an expression.
    """

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """The column with a collation that ignores case."""
        template = "%(expressions)s COLLATE NOCASE"
        return self.as_sql(compiler, connection, template=template, **extra)


class IsEmpty(Func):
    """Whether a text is null or empty. The condition of an index may use this function.

    The SQL has no parameters, because SQLite uses the index only if the query repeats its condition
    literally.
    """

    template = "(%(expressions)s IS NULL OR %(expressions)s = '')"
    output_field = models.BooleanField()


class JoinedTexts(Func):
    """Concatenates texts.

    The first text is never null. A null among the other texts counts as empty. The SQL has no
    parameters, because PostgreSQL uses an index of an expression only if the query repeats the
    expression literally.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()

    def __init__(self, first: str, *others: str, **extra: Any) -> None:
        super().__init__(first, *map(_EmptyIfNull, others), **extra)


class _EmptyIfNull(Func):
    template = "COALESCE(%(expressions)s, '')"
    output_field = models.TextField()


class JsonbEncoder(json.JSONEncoder):
    """Encodes JSON objects with keys in the order of PostgreSQL's jsonb.

    Shorter keys come first; keys of the same length are ordered by bytes. SQLite stores the encoded
    text and returns it unchanged, so both databases return the same bytes.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})

    def encode(self, o: Any) -> str:
        keys = sorted(o, key=lambda key: (len(key.encode()), key.encode()))
        return super().encode({key: o[key] for key in keys})
