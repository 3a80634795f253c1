"""Queries that are asked with every request, always alike: Django writes their SQL once.

Writing it takes longer than SQLite and PostgreSQL take to answer a lookup by an index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django_scopes import scopes_disabled

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

Row = Sequence[Any]  # every column has its own type


class Kept(NamedTuple):
    """What is left of a query when its values are taken away."""

    sql: str
    compiler: SQLCompiler
    converters: dict[int, Any]  # of the compiler, for itself


class KeptQuery:
    """Rows of a `values_list()` for given values.

    `build` takes the values in the order in which they are in the SQL. It is called without a
    scope: one of the values has to be the organizer, and the caller checks that it may ask.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        # Converters belong to the connection, and each thread has its own.
        self._local = threading.local()

    def rows(self, *values: str | int) -> list[Row]:
        """All of them, as Django would return them."""
        kept = self._kept(values)
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, values)
            rows = cursor.fetchall()
        return list(kept.compiler.apply_converters(rows, kept.converters)) if rows else []

    def _kept(self, values: tuple[str | int, ...]) -> Kept:
        kept: Kept | None = getattr(self._local, "kept", None)
        if kept is None:
            with scopes_disabled():
                compiler = self._build(*values).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            if tuple(parameters) != values:
                raise TypeError(f"The SQL has other values than were given: {sql}")
            expressions = [expression for expression, _sql, _alias in compiler.select or ()]
            kept = self._local.kept = Kept(sql, compiler, compiler.get_converters(expressions))
        return kept
