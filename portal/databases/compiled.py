"""SQL that Django compiles from querysets: a UNION ALL of querysets, and reusable queries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, router, transaction
from django_scopes import scopes_disabled

from portal.databases.time_limits import read_with_time_limit

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

Row = tuple[Any, ...]  # Any: the columns of a row have different types.
SQL = tuple[str, Sequence[Any]]  # Any: the parameters have different types.

# A query is compiled with these improbable values, by which the code finds the parameters of the
# query in the compiled SQL.
PLACEHOLDERS: Final[dict[type, Any]] = {
    int: lambda number: -7_000_000_000_000 - number,
    str: lambda number: f"\ufdd0 value {number}",
}


class CompiledStatement(NamedTuple):
    """A SQL statement with its parameters. The compiler of the first queryset converts the rows."""

    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any] = {}

    def read_rows(self, parameters: Sequence[Any], *, milliseconds: int | None = None) -> list[Row]:
        """All rows of the statement, with values converted to Python types as in a queryset.

        Raises TimeLimitExceeded after `milliseconds`.
        """
        if milliseconds:
            rows = read_with_time_limit(
                self.compiler.connection.alias, self.sql, parameters, milliseconds=milliseconds
            )
        else:
            with self.compiler.connection.cursor() as cursor:
                cursor.execute(self.sql, parameters)
                rows = cursor.fetchall()
        return [*map(tuple, self.compiler.apply_converters(rows, self.converters))]


def read_union_all(
    querysets: Sequence[QuerySet[Any, Any]],
    limit: int,
    *,
    start: int = 0,
    milliseconds: int | None = None,
) -> list[Row]:
    """`limit` rows from offset `start` of a UNION ALL of the querysets, in one statement.

    All querysets must select the same columns. A database reads the querysets of a UNION ALL in
    order, and stops at the limit. Django's union() cannot order each queryset on SQLite. Raises
    TimeLimitExceeded after `milliseconds`.
    """
    if len(querysets) == 1 and not milliseconds:
        return [*querysets[0][start : start + limit]]
    slices = [queryset[: start + limit] for queryset in querysets]
    statement = compile_union_all(slices, querysets[0].db, f" LIMIT {limit} OFFSET {start}")
    if statement is None:
        return []
    return statement.read_rows(statement.parameters, milliseconds=milliseconds)


def stream_union_all(querysets: Sequence[QuerySet[Any, Any]], batch: int) -> Iterator[Row]:
    """All rows of a UNION ALL of the querysets, read by one statement, and so from one snapshot.

    Values are those of the driver, without Django's conversion. Memory holds `batch` rows.
    """
    alias = querysets[0].db
    connection = connections[alias]
    statement = compile_union_all(querysets, alias)
    if statement is None:
        return
    # A server-side cursor needs a transaction; on SQLite a transaction would block writers.
    is_postgres = connection.vendor == "postgresql"
    with (
        transaction.atomic(using=alias) if is_postgres else nullcontext(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(statement.sql, statement.parameters)
        while rows := cursor.fetchmany(batch):
            yield from rows


def compile_union_all(
    querysets: Sequence[QuerySet[Any, Any]], alias: str, limit: str = ""
) -> CompiledStatement | None:
    """A UNION ALL of the querysets. None if every queryset is empty without SQL, as `none()` is."""
    compiled = [*_compile_each(querysets, alias)]
    if not compiled:
        return None
    compiler = compiled[0].compiler
    converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
    if len(compiled) == 1 and not limit:
        return compiled[0]._replace(converters=converters)
    parts = [f"SELECT * FROM ({each.sql}) AS part" for each in compiled]  # noqa: S608
    parameters = chain.from_iterable(each.parameters for each in compiled)
    return CompiledStatement(
        " UNION ALL ".join(parts) + limit, tuple(parameters), compiler, converters
    )


def _compile_each(
    querysets: Sequence[QuerySet[Any, Any]], alias: str
) -> Iterator[CompiledStatement]:
    for queryset in querysets:
        compiler = queryset.query.get_compiler(alias)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            continue
        yield CompiledStatement(sql, parameters, compiler)


class CompiledQuery:
    """A query with parameters that Django compiles once for each thread and database.

    Compiling a query takes longer than looking up a row by an index. `build` returns querysets of
    one model, which are compiled to a UNION ALL. `build` gets a placeholder for each of `types`,
    never a value of a request. The query ignores the scope of django-scopes: the organizer must be
    a parameter, and the caller must check the scope.
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

    def read_rows(self, *values: str | int) -> list[Row]:
        """The rows for these parameters, with values converted to Python types as in a queryset."""
        if self._model is None:
            self._model = self._build_querysets()[0].model
        statement, sources = self._compile_once(router.db_for_read(self._model))
        return statement.read_rows(
            [values[index] if constant is None else constant for index, constant in sources]
        )

    def _build_querysets(self) -> Sequence[QuerySet[Any, Any]]:
        with scopes_disabled():
            return self._build(*self._placeholders)

    def _compile_once(self, alias: str) -> tuple[CompiledStatement, list[tuple[int, Any]]]:
        """The statement, and for each SQL parameter the index of a value, or else a constant."""
        if not hasattr(self._local, alias):
            statement = compile_union_all(self._build_querysets(), alias, self._limit)
            if statement is None:
                raise TypeError("The query is always empty.")
            setattr(self._local, alias, (statement, self._parameter_sources(statement.parameters)))
        compiled: tuple[CompiledStatement, list[tuple[int, Any]]] = getattr(self._local, alias)
        return compiled

    def _parameter_sources(self, parameters: Sequence[Any]) -> list[tuple[int, Any]]:
        if missing := [each for each in self._placeholders if each not in parameters]:
            raise TypeError(f"The SQL has no parameter for {len(missing)} of the values.")
        return [
            (self._placeholders.index(each), None) if each in self._placeholders else (-1, each)
            for each in parameters
        ]
