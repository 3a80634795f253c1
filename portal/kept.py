"""Queries that are asked with every request, always alike: Django writes their SQL once.

Writing it takes longer than SQLite and PostgreSQL take to answer a lookup by an index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections, router
from django_scopes import scopes_disabled

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model, QuerySet

Row = Sequence[Any]  # every column has its own type


# By the number of a column what becomes of its values, and for which expression.
Converters = Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]


def convert_rows(
    rows: Sequence[Row], converters: Converters, connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    """Rows of a driver as Django would return them: the same, column by column, and quicker."""
    columns: list[Sequence[Any]] = [*zip(*rows, strict=True)]
    for number, (each, expression) in converters.items() if rows else ():
        for convert in each:
            columns[number] = [convert(cell, expression, connection) for cell in columns[number]]
    return [*zip(*columns, strict=True)]


class Kept(NamedTuple):
    """What is left of a query when its values are taken away."""

    sql: str
    converters: Converters


class KeptQuery:
    """Rows of a `values_list()` for given values.

    `build` takes the values in the order in which they are in the SQL. It is called without a
    scope: one of the values has to be the organizer, and the caller checks that it may ask.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._model: type[Model] | None = None
        # Converters belong to the connection: each thread has one for each database.
        self._local = threading.local()

    def rows(self, *values: str | int) -> list[Row]:
        """All of them, as Django would return them."""
        alias = self._alias(values)
        kept, rows = self._read(alias, values)
        return [*convert_rows(rows, kept.converters, connections[alias])]

    def raw(self, *values: str | int) -> list[Row]:
        """All of them, as the driver returns them."""
        return self._read(self._alias(values), values)[1]

    def _read(self, alias: str, values: tuple[str | int, ...]) -> tuple[Kept, list[Row]]:
        kept = self._kept(alias, values)
        with connections[alias].cursor() as cursor:
            cursor.execute(kept.sql, values)
            return kept, cursor.fetchall()

    def _alias(self, values: tuple[str | int, ...]) -> str:
        """The database that is read now, which may be a replica."""
        if self._model is None:
            with scopes_disabled():
                self._model = self._build(*values).model
        return router.db_for_read(self._model)

    def _kept(self, alias: str, values: tuple[str | int, ...]) -> Kept:
        kept: Kept | None = getattr(self._local, alias, None)
        if kept is None:
            with scopes_disabled():
                compiler = self._build(*values).query.get_compiler(alias)
            sql, parameters = compiler.as_sql()
            if tuple(parameters) != values:
                raise TypeError(f"The SQL has other values than were given: {sql}")
            expressions = [expression for expression, _sql, _alias in compiler.select or ()]
            kept = Kept(sql, compiler.get_converters(expressions))
            setattr(self._local, alias, kept)
        return kept
