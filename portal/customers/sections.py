"""Reading an order section by section, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connections

Values = tuple[Any, ...]  # whatever the columns hold
if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    Rows = QuerySet[Any, Values]


def read_sections(sections: Sequence[Rows], start: int, limit: int) -> list[Values]:
    """So many rows from this one on, out of the sections in turn.

    Databases read the parts of a UNION ALL one after the other, and no further than the limit.
    """
    connection = connections[sections[0].db]
    parts: list[str] = []
    values: list[Any] = []
    for section in sections:
        compiler = section.query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql} LIMIT %s) AS section")  # noqa: S608
        values += [*parameters, start + limit]
        last = compiler
    if not parts:
        return []
    statement = f"{' UNION ALL '.join(parts)} LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit, start])
        return _convert(last, cursor.fetchall())


def _convert(compiler: SQLCompiler, rows: Sequence[Sequence[Any]]) -> list[Values]:
    """As Django would return them."""
    converters = compiler.get_converters([expression for expression, *_ in compiler.select or ()])
    return [tuple(row) for row in compiler.apply_converters(rows, converters)]
