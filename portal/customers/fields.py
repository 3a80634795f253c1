"""Text that every database orders and compares alike: by code point, not by its own locale."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class _CodePointOrder(models.Field):  # type: ignore[type-arg]  # the column decides what it holds
    """SQLite orders by code point already; PostgreSQL is told to."""

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
    """Text without accents or other scripts, as it is ordered by: for the rest case counts.

    SQLite finds a place in an index of a column, but looks at each row for one of an expression.
    """

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """The column itself, whose values are compared otherwise."""
        template = "%(expressions)s COLLATE NOCASE"
        return self.as_sql(compiler, connection, template=template, **extra)


class CompactEncoder(json.JSONEncoder):
    """One way to write each value, whatever the order of its keys: SQLite compares the text.

    The same as orjson writes with sorted keys, which bulk loads use.
    """

    def __init__(self, **options: Any) -> None:
        written = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
        super().__init__(**{**options, **written})
