"""The floor: the same SQL through the bare driver, the answer by orjson, and nothing else.

A WSGI application. It knows the cases from the plan, a file that the environment names.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import orjson
import psycopg
from psycopg.types.json import set_json_loads

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PLAN: Final = orjson.loads(Path(os.environ["FLOOR_PLAN"]).read_bytes())
FIELDS: Final = tuple(PLAN["fields"])
STEPS: Final = 1_000  # as in portal/databases/time_limits.py
opened = threading.local()

# A row of either driver, and a connection of either: they have no type in common.
Row = Sequence[Any]
Connection = Any
Query = Mapping[str, Any]  # of the plan, which is JSON


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers `/NUMBER` as the case of this number."""
    case = PLAN["cases"][int(environ["PATH_INFO"][1:])]
    if case["kind"] == "stream":
        start_response("200 OK", [("Content-Type", case["headers"]["Accept"])])
        return _stream(case["queries"][0])
    body = orjson.dumps(ANSWERS[case["kind"]](case), default=str, option=orjson.OPT_UTC_Z)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _answer_list(case: Mapping[str, Any]) -> dict[str, object]:
    """What Portal's JSON list says, to the letter: the run makes sure of it."""
    columns, rows = _customers(case)
    # Portal reads one row more than it shows, and some pages from the end or in no order.
    customers = {each["identifier"]: each for each in (_customer(columns, row) for row in rows)}
    return {**case["frame"], "results": [customers[each] for each in case["shown"]]}


def _answer_object(case: Mapping[str, Any]) -> dict[str, object]:
    columns, rows = _customers(case)
    return _customer(columns, rows[0])


def _customers(case: Mapping[str, Any]) -> tuple[list[str], list[Row]]:
    """Out of what all queries return: others are for the token, the matches, or a cursor.

    Where a search has no matches, Portal reads no page.
    """
    answers = [_execute(query) for query in case["queries"]]
    pages = [answer for answer in answers if set(FIELDS).issubset(answer[0])]
    return pages[0][0] if pages else [], [row for _columns, rows in pages for row in rows]


def _answer_rows(case: Mapping[str, Any]) -> list[Sequence[Row]]:
    """For pages: the rows of all queries, as they are."""
    return [_execute(query)[1] for query in case["queries"]]


ANSWERS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "list": _answer_list,
    "object": _answer_object,
    "rows": _answer_rows,
}


def _execute(query: Query) -> tuple[list[str], Sequence[Row]]:
    """The names of the columns, and the rows: none where Portal's limit of time ends the query."""
    try:
        with _limited(query) as cursor:
            # On PostgreSQL the limit is a statement before it, in the same message.
            while cursor.description is None:
                cursor.nextset()
            return [column[0] for column in cursor.description], cursor.fetchall()
    except (psycopg.errors.QueryCanceled, sqlite3.OperationalError) as error:
        if isinstance(error, sqlite3.OperationalError) and not query["is_cut"]:
            raise
        return [], []


@contextmanager
def _limited(query: Query) -> Iterator[Any]:  # a cursor of either driver
    connection = _connection()
    if not query["is_cut"] or "sqlite" not in PLAN:
        yield connection.execute(query["sql"], query["values"])
        return
    end = monotonic() + PLAN["budget"] / 1_000
    connection.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        yield connection.execute(query["sql"], query["values"])
    finally:
        connection.set_progress_handler(None, STEPS)


def _stream(query: Query) -> Iterator[bytes]:
    """What the database writes, a line for each row; memory holds a batch."""
    connection = _connection()
    if "sqlite" in PLAN:
        yield from _lines(connection.execute(query["sql"], query["values"]))
        return
    with connection.transaction(), connection.cursor("floor") as cursor:
        mogrify = psycopg.ClientCursor(connection).mogrify
        cursor.execute(mogrify(query["sql"], query["values"]))
        yield from _lines(cursor)


def _lines(cursor: Any) -> Iterator[bytes]:  # of either driver
    while rows := cursor.fetchmany(1_000):
        yield "".join([",".join(map(str, row)) + "\n" for row in rows]).encode()


def _connection() -> Connection:
    """Each thread has one that stays open."""
    if not hasattr(opened, "connection"):
        opened.connection = _connect()
    return opened.connection


def _connect() -> Connection:
    if "sqlite" in PLAN:
        connection = sqlite3.connect(PLAN["sqlite"], isolation_level=None)
        connection.executescript(PLAN["init_command"])
        return connection
    set_json_loads(orjson.loads)
    # Portal's driver puts the values into the statement as well, so that the plans are the same.
    return psycopg.connect(PLAN["postgres"], autocommit=True, cursor_factory=psycopg.ClientCursor)


def _customer(columns: Sequence[str], row: Row) -> dict[str, object]:
    named = dict(zip(columns, row, strict=True))
    return {field: CONVERT[field](named[field]) for field in FIELDS}


def _same(value: object) -> object:
    return value


def _moment(text: str | None) -> str | None:
    """SQLite keeps times as text in UTC."""
    return f"{text[:10]}T{text[11:]}Z" if text else None


SQLITE: Final[Mapping[str, Callable[[Any], object]]] = {
    "name_parts": orjson.loads,
    "is_active": bool,
    "is_verified": bool,
    "last_login": _moment,
    "date_joined": _moment,
    "last_modified": _moment,
}
CONVERT: Final = {
    field: SQLITE.get(field, _same) if "sqlite" in PLAN else _same for field in FIELDS
}
