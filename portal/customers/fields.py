"""Text fields that all databases order and compare by code point, not by a locale."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Func
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class _CodePointOrder(models.Field):  # type: ignore[type-arg]  # the column decides what it holds
    """SQLite orders by code point by default; PostgreSQL needs the collation C."""

    class Meta:
        abstract = True

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class CodePointCharField(_CodePointOrder, models.CharField):  # type: ignore[type-arg]  # as above
    """A CharField ordered by code point."""


class CodePointTextField(_CodePointOrder, models.TextField):  # type: ignore[type-arg]  # as above
    """A TextField ordered by code point."""


class IgnoringCase(Lower):
    """ASCII text without case, to order and compare by. Other letters keep their case.

    SQLite seeks in an index of a column, but reads all entries of an index of an expression.
    """

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """The column itself with a collation that ignores case."""
        template = "%(expressions)s COLLATE NOCASE"
        return self.as_sql(compiler, connection, template=template, **extra)


class IsEmpty(Func):
    """Whether a text has no value or is blank. An index may have it as its condition.

    Without parameters, or SQLite would not recognize the condition of the index.
    """

    template = "(%(expressions)s IS NULL OR %(expressions)s = '')"
    output_field = models.BooleanField()


class JoinedTexts(Func):
    """The first text, continued by the other ones that have a value.

    Without parameters, or PostgreSQL would not recognize the expression of an index.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()

    def __init__(self, first: str, *others: str, **extra: Any) -> None:
        super().__init__(first, *map(_OrEmpty, others), **extra)


class _OrEmpty(Func):
    template = "COALESCE(%(expressions)s, '')"
    output_field = models.TextField()


class JsonbEncoder(json.JSONEncoder):
    """An object as PostgreSQL writes jsonb: shorter keys first, then by their bytes.

    SQLite stores and returns this text, so that all databases give equal bytes.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})

    def encode(self, o: Any) -> str:
        keys = sorted(o, key=lambda key: (len(key.encode()), key.encode()))
        return super().encode({key: o[key] for key in keys})
