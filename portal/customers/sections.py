"""Reading an order section by section, in one query, whose SQL is kept where it is always alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction

Values = tuple[Any, ...]  # whatever the columns hold
if TYPE_CHECKING:
    from django.db.models import Field, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    Rows = QuerySet[Any, Values]
    # What sections compare with, as values of which field.
    Compared = Sequence[tuple[Field[Any, Any], Any]]

# Whoever asks for ever other fields cannot fill the memory.
MOST_KEPT: Final = 200


@dataclass(frozen=True)
class Statement:
    """The SQL for sections in turn; each has values of its own.

    Databases read the parts of a UNION ALL one after the other, and no further than the limit.
    """

    sql: str
    compiler: SQLCompiler
    converters: dict[int, Any]  # of the compiler, for itself

    def read(self, values: Sequence[Sequence[Any]], start: int, limit: int) -> Found:
        """So many rows from this one on."""
        bound = [value for each in values for value in (*each, start + limit)]
        with self.compiler.connection.cursor() as cursor:
            cursor.execute(self.sql, [*bound, limit, start])
            return Found(cursor.fetchall(), self.convert)

    def convert(self, rows: Sequence[Values]) -> list[Values]:
        """As Django would return them."""
        return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]


@dataclass(frozen=True)
class Found:
    """Rows as the driver returns them, and how they become those that Django returns.

    That takes as long as reading them, and JSON can be written from either.
    """

    raw: Sequence[Values]
    convert: Callable[[Sequence[Values]], list[Values]] = list

    def __len__(self) -> int:
        return len(self.raw)

    def __getitem__(self, part: slice) -> Found:
        return Found(self.raw[part], self.convert)

    def one(self, place: int) -> Values:
        """The row at this place, as Django would return it."""
        [row] = self.convert([self.raw[place]])
        return row


def read_sections(sections: Sequence[Rows], start: int, limit: int) -> Found:
    """So many rows from this one on, out of the sections in turn."""
    compiled = _compile(sections)
    return compiled[0].read(compiled[1], start, limit) if compiled else Found([])


def stream_sections(sections: Sequence[Rows], batch: int) -> Iterator[Values]:
    """All rows of the sections in turn, as the driver returns them: one state of the database.

    Memory holds a batch. The database is chosen once: it may be a replica, until the stream ends.
    """
    connection = connections[sections[0].db]
    compiled = list(_each_compiled(sections))
    if not compiled:
        return
    statement = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS section" for _, sql, _ in compiled)  # noqa: S608
    # PostgreSQL keeps a cursor within a transaction; SQLite would take the lock of a writer for it.
    is_postgres = connection.vendor == "postgresql"
    with (
        transaction.atomic(using=connection.alias) if is_postgres else nullcontext(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(statement, list(chain.from_iterable(values for _, _, values in compiled)))
        while rows := cursor.fetchmany(batch):
            yield from rows


class KeptSections(threading.local):
    """The SQL of lists of everybody, which are asked for with every request.

    Composing it takes longer than reading a page. It is kept by database, by thread, to which
    converters belong, and by the shape that the caller gives: whatever the SQL depends on.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Statement, list[int]]] = {}

    def statement(
        self,
        shape: Hashable,
        build: Callable[[], Sequence[Rows]],
        owner: int,
        compared: Sequence[Compared],
    ) -> tuple[Statement, Sequence[Sequence[Any]]]:
        """For sections whose values are the owner's key, some times, and then those compared."""
        if shape not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[shape] = _keep(build(), owner, compared)
        statement, owners = self._kept[shape]
        return statement, [
            [*[owner] * times, *_prepared(each, statement)]
            for times, each in zip(owners, compared, strict=True)
        ]


def _keep(
    sections: Sequence[Rows], owner: int, compared: Sequence[Compared]
) -> tuple[Statement, list[int]]:
    """The statement, and how often each section names its owner. Raises TypeError."""
    compiled = _compile(sections)
    if compiled is None:
        raise TypeError("A section that nobody can be in")
    statement, found = compiled
    owners = [len(values) - len(each) for values, each in zip(found, compared, strict=True)]
    for values, each, times in zip(found, compared, owners, strict=True):
        if [*values] != [*[owner] * times, *_prepared(each, statement)]:
            raise TypeError(f"The SQL has other values than were given: {statement.sql}")
    return statement, owners


def _prepared(compared: Compared, statement: Statement) -> list[Any]:
    connection = statement.compiler.connection
    return [field.get_db_prep_value(value, connection) for field, value in compared]


def _compile(sections: Sequence[Rows]) -> tuple[Statement, list[Values]] | None:
    """The statement and the values of each section. None where nobody can be in any."""
    compiled = list(_each_compiled(sections))
    if not compiled:
        return None
    parts = [f"SELECT * FROM ({sql} LIMIT %s) AS section" for _, sql, _ in compiled]  # noqa: S608
    first = compiled[0][0]
    converters = first.get_converters([expression for expression, *_ in first.select or ()])
    statement = Statement(f"{' UNION ALL '.join(parts)} LIMIT %s OFFSET %s", first, converters)
    return statement, [values for _, _, values in compiled]


def _each_compiled(sections: Sequence[Rows]) -> Iterator[tuple[SQLCompiler, str, Values]]:
    for section in sections:
        compiler = section.query.get_compiler(connection=connections[section.db])
        with suppress(EmptyResultSet):
            sql, values = compiler.as_sql()
            yield compiler, sql, tuple(values)
