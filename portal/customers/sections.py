"""Reading an order section by section, in one query, whose SQL is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import BigIntegerField

from portal.kept import Converters, convert_rows
from portal.slots import Slot, fill, require_slots

Values = tuple[Any, ...]  # whatever the columns hold
if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    Rows = QuerySet[Any, Values]
    Compiled = tuple[SQLCompiler, str, Values]

# How many of a section are passed, where the one before it has fewer than that.
FURTHER: Final = (
    "(SELECT CASE WHEN COUNT(*) < %s THEN %s - COUNT(*) ELSE 0 END FROM ({}) AS before)"
)
START, LIMIT, END = (Slot(name, None, BigIntegerField()) for name in ("start", "limit", "end"))


@dataclass(frozen=True)
class Statement:
    """The SQL for sections in turn.

    Databases read the parts of a UNION ALL one after the other, and no further than the limit.
    """

    sql: str
    parameters: Sequence[Any]
    connection: BaseDatabaseWrapper
    converters: Converters

    def read(self, given: Mapping[str, Any], start: int, limit: int) -> Found:
        """So many rows from this one on, for these values in the slots."""
        given = {**given, START.name: start, LIMIT.name: limit, END.name: start + limit}
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, fill(self.parameters, given, self.connection))
            return Found(cursor.fetchall(), self.convert)

    def convert(self, rows: Sequence[Values]) -> list[Values]:
        """As Django would return them."""
        return convert_rows(rows, self.converters, self.connection)


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


def compile_sections(sections: Sequence[Rows]) -> Statement | None:
    """To be kept. None where nobody can be in any. Raises TypeError for a value in no slot."""
    compiled = list(_each_compiled(sections))
    parts = [f"SELECT * FROM ({sql} LIMIT %s) AS section" for _, sql, _ in compiled]  # noqa: S608
    parameters = chain.from_iterable((*values, END) for _, _, values in compiled)
    return _join(compiled, parts, "LIMIT %s OFFSET %s", [*parameters, LIMIT, START])


def compile_place(sections: Sequence[Rows], width: int) -> Statement | None:
    """The same for one row far down, in one section or two: each passes rows on its own.

    That takes half as long on SQLite, and four fifths on PostgreSQL, as to hand them on to be
    passed. Where the row is not in the first section, that is counted. A section may have fewer
    columns than others, and no values in them.
    """
    compiled = list(_each_compiled(sections))
    parts: list[str] = []
    parameters: list[Any] = []
    for number, (compiler, sql, values) in enumerate(compiled):
        _, first, of_first = compiled[0]
        offset = FURTHER.format(first) if number else "%s"
        empty = ", NULL" * (width - len(compiler.select or ()))
        parts.append(f"SELECT *{empty} FROM ({sql} LIMIT 1 OFFSET {offset}) AS section")  # noqa: S608
        parameters += [*values, START, *([START, *of_first] if number else [])]
    return _join(compiled, parts, "LIMIT 1", parameters)


def _join(
    compiled: Sequence[Compiled], parts: Sequence[str], limit: str, parameters: Sequence[Any]
) -> Statement | None:
    if not compiled:
        return None
    require_slots(parameters)
    (compiler, _, _), *_others = compiled
    converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
    sql = f"{' UNION ALL '.join(parts)} {limit}"
    return Statement(sql, parameters, compiler.connection, converters)


def _each_compiled(sections: Sequence[Rows]) -> Iterator[Compiled]:
    for section in sections:
        compiler = section.query.get_compiler(connection=connections[section.db])
        with suppress(EmptyResultSet):
            sql, values = compiler.as_sql()
            yield compiler, sql, tuple(values)
