"""Reading an order section by section, in one query, whose SQL is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction

from portal.kept import Converters, convert_rows
from portal.slots import fill, require_slots, slots_left_open

Values = tuple[Any, ...]  # whatever the columns hold
if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    Rows = QuerySet[Any, Values]

# Whoever asks for ever other fields cannot fill the memory.
MOST_KEPT: Final = 200


@dataclass(frozen=True)
class Statement:
    """The SQL for sections in turn; each has parameters of its own.

    Databases read the parts of a UNION ALL one after the other, and no further than the limit.
    """

    sql: str
    parameters: Sequence[Values]
    connection: BaseDatabaseWrapper
    converters: Converters

    def read(self, given: Mapping[str, Any], start: int, limit: int) -> Found:
        """So many rows from this one on, for these values in the slots."""
        bound: list[Any] = []
        for each in self.parameters:
            bound += [*fill(each, given, self.connection), start + limit]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, [*bound, limit, start])
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


class KeptSections(threading.local):
    """The SQL of sections that are asked for again and again.

    Composing it takes longer than reading a page. It is kept by thread, to which connections
    belong, and by the shape that the caller gives: the database, and whatever the SQL depends on.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, Statement | None] = {}

    def statement(self, shape: Hashable, build: Callable[[], Sequence[Rows]]) -> Statement | None:
        """None where nobody can be in any section. Raises TypeError for values in no slot."""
        if shape in self._kept:
            statement = self._kept.pop(shape)
        else:
            with slots_left_open():
                statement = compile_sections(build())
            require_slots([*chain.from_iterable(statement.parameters)] if statement else [])
        # The last one asked for is the last one to go.
        self._kept[shape] = statement
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return statement


def compile_sections(sections: Sequence[Rows]) -> Statement | None:
    """None where nobody can be in any."""
    compiled = list(_each_compiled(sections))
    if not compiled:
        return None
    parts = [f"SELECT * FROM ({sql} LIMIT %s) AS section" for _, sql, _ in compiled]  # noqa: S608
    first = compiled[0][0]
    return Statement(
        f"{' UNION ALL '.join(parts)} LIMIT %s OFFSET %s",
        [values for _, _, values in compiled],
        first.connection,
        first.get_converters([expression for expression, *_ in first.select or ()]),
    )


def _each_compiled(sections: Sequence[Rows]) -> Iterator[tuple[SQLCompiler, str, Values]]:
    for section in sections:
        compiler = section.query.get_compiler(connection=connections[section.db])
        with suppress(EmptyResultSet):
            sql, values = compiler.as_sql()
            yield compiler, sql, tuple(values)
