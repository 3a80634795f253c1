"""SQL that Django composes: several querysets as one statement, and statements composed once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, router, transaction
from django_scopes import scopes_disabled

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]  # every column has its own type

# The values that a statement is compiled with: improbable, so that its parameters tell where each
# belongs.
PLACEHOLDERS: Final[dict[type, Any]] = {
    int: lambda number: -7_000_000_000_000 - number,
    str: lambda number: f"\ufdd0 value {number}",
}


class Statement(NamedTuple):
    """SQL, its parameters, and how the compiler of its first queryset converts the rows."""

    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any] = {}

    def rows(self, parameters: Sequence[Any]) -> list[Row]:
        """All rows, as Django returns them."""
        with self.compiler.connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        return [*map(tuple, self.compiler.apply_converters(rows, self.converters))]


def read_in_turn(
    querysets: Sequence[QuerySet[Any, Any]], limit: int, *, start: int = 0
) -> list[Row]:
    """Rows of one queryset after the other, in one statement: `limit` rows from `start` on.

    The querysets select the same columns. Databases read the parts of a UNION ALL in turn and stop
    at the limit. Django's own union() cannot order its parts on SQLite.
    """
    slices = [queryset[: start + limit] for queryset in querysets]
    statement = compile_in_turn(slices, querysets[0].db, f" LIMIT {limit} OFFSET {start}")
    return statement.rows(statement.parameters) if statement else []


def stream_in_turn(querysets: Sequence[QuerySet[Any, Any]], batch: int) -> Iterator[Row]:
    """All rows of the querysets in turn, as the driver returns them: one state of the database.

    Memory holds one batch. The database is chosen once: it may be a replica until the stream ends.
    """
    alias = querysets[0].db
    connection = connections[alias]
    statement = compile_in_turn(querysets, alias)
    if statement is None:
        return
    # A cursor of PostgreSQL lives in a transaction; on SQLite one would take the writer's lock.
    is_postgres = connection.vendor == "postgresql"
    with (
        transaction.atomic(using=alias) if is_postgres else nullcontext(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(statement.sql, statement.parameters)
        while rows := cursor.fetchmany(batch):
            yield from rows


def compile_in_turn(
    querysets: Sequence[QuerySet[Any, Any]], alias: str, limit: str = ""
) -> Statement | None:
    """A UNION ALL of the querysets; None where none of them can have a row."""
    compiled = [*_compile_each(querysets, alias)]
    if not compiled:
        return None
    compiler = compiled[0].compiler
    converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
    if len(compiled) == 1 and not limit:
        return compiled[0]._replace(converters=converters)
    parts = [f"SELECT * FROM ({each.sql}) AS part" for each in compiled]  # noqa: S608
    parameters = chain.from_iterable(each.parameters for each in compiled)
    return Statement(" UNION ALL ".join(parts) + limit, tuple(parameters), compiler, converters)


def _compile_each(querysets: Sequence[QuerySet[Any, Any]], alias: str) -> Iterator[Statement]:
    for queryset in querysets:
        compiler = queryset.query.get_compiler(alias)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            continue
        yield Statement(sql, parameters, compiler)


class CompiledQuery:
    """A fixed query of every request, whose SQL Django composes once for each connection.

    Composing it takes longer than a look-up by an index. `build` makes querysets of one model from
    placeholders, one for each type of `types`, never from the values of a request; several
    querysets are read in turn. It runs without a scope: one of the values has to be the
    organizer, and the caller checks the scope.
    """

    def __init__(
        self,
        build: Callable[..., Sequence[QuerySet[Any, Any]]],
        *types: type,
        limit: int | None = None,
    ) -> None:
        self._build = build
        self._placeholders = [PLACEHOLDERS[kind](number) for number, kind in enumerate(types)]
        self._limit = "" if limit is None else f" LIMIT {limit}"
        self._model: type[Model] | None = None
        self._local = threading.local()

    def rows(self, *values: str | int) -> list[Row]:
        """The rows for these values, as Django returns them."""
        if self._model is None:
            self._model = self._querysets()[0].model
        statement, order = self._compiled(router.db_for_read(self._model))
        return statement.rows([values[number] if kept is None else kept for number, kept in order])

    def _querysets(self) -> Sequence[QuerySet[Any, Any]]:
        with scopes_disabled():
            return self._build(*self._placeholders)

    def _compiled(self, alias: str) -> tuple[Statement, list[tuple[int, Any]]]:
        """The statement, and for each parameter the number of its value, or a constant."""
        if not hasattr(self._local, alias):
            statement = compile_in_turn(self._querysets(), alias, self._limit)
            if statement is None:
                raise TypeError("The query can have no rows.")
            setattr(self._local, alias, (statement, self._order(statement.parameters)))
        compiled: tuple[Statement, list[tuple[int, Any]]] = getattr(self._local, alias)
        return compiled

    def _order(self, parameters: Sequence[Any]) -> list[tuple[int, Any]]:
        if missing := [each for each in self._placeholders if each not in parameters]:
            raise TypeError(f"The SQL has no parameter for {len(missing)} of the values.")
        return [
            (self._placeholders.index(each), None) if each in self._placeholders else (-1, each)
            for each in parameters
        ]
