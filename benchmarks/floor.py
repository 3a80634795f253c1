"""The floor: a WSGI application that runs the SQL of Portal through the bare driver.

The application only runs SQL and encodes the rows with orjson. The environment variable FLOOR_PLAN
is the path of a file with the cases.
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
STEPS: Final = 1_000  # equals SQLITE_INSTRUCTIONS of portal/databases/time_limits.py
opened = threading.local()

# Rows and connections of psycopg and sqlite3 have no common type.
Row = Sequence[Any]
Connection = Any
Query = Mapping[str, Any]  # a query of the plan, as JSON


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI: the path `/NUMBER` is the case with this number."""
    case = PLAN["cases"][int(environ["PATH_INFO"][1:])]
    if case["kind"] == "stream":
        start_response("200 OK", [("Content-Type", case["headers"]["Accept"])])
        return _stream_rows(case["queries"][0])
    body = orjson.dumps(READERS[case["kind"]](case), default=str, option=orjson.OPT_UTC_Z)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _read_list(case: Mapping[str, Any]) -> dict[str, object]:
    """The same JSON that Portal returns. benchmarks.meter compares both."""
    columns, rows = _read_customer_rows(case)
    # Portal reads one row more than the page has, and reads some pages backwards or unordered.
    customers = {
        each["identifier"]: each for each in (_customer_as_json(columns, row) for row in rows)
    }
    return {**case["frame"], "results": [customers[each] for each in case["shown"]]}


def _read_object(case: Mapping[str, Any]) -> dict[str, object]:
    columns, rows = _read_customer_rows(case)
    return _customer_as_json(columns, rows[0])


def _read_customer_rows(case: Mapping[str, Any]) -> tuple[list[str], list[Row]]:
    """The rows of the queries that return customers.

    Other queries read the token, the matches of a search, or a cursor. A search without matches has
    no query for customers.
    """
    results = [_execute(query) for query in case["queries"]]
    pages = [result for result in results if set(FIELDS).issubset(result[0])]
    return pages[0][0] if pages else [], [row for _columns, rows in pages for row in rows]


def _read_rows(case: Mapping[str, Any]) -> list[Sequence[Row]]:
    """The rows of all queries as JSON, as the floor of an HTML page."""
    return [_execute(query)[1] for query in case["queries"]]


READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "list": _read_list,
    "object": _read_object,
    "rows": _read_rows,
}


def _execute(query: Query) -> tuple[list[str], Sequence[Row]]:
    """The column names and the rows. Both are empty if the time limit ends the query."""
    try:
        with _limited(query) as cursor:
            # On PostgreSQL, one message has the statement that sets the time limit, and the query.
            while cursor.description is None:
                cursor.nextset()
            return [column[0] for column in cursor.description], cursor.fetchall()
    except (psycopg.errors.QueryCanceled, sqlite3.OperationalError) as error:
        if isinstance(error, sqlite3.OperationalError) and not query["is_cut"]:
            raise
        return [], []


@contextmanager
def _limited(query: Query) -> Iterator[Any]:  # a cursor of psycopg or sqlite3
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


def _stream_rows(query: Query) -> Iterator[bytes]:
    """The rows as NDJSON, in batches."""
    connection = _connection()
    if "sqlite" in PLAN:
        yield from _encode_lines(connection.execute(query["sql"], query["values"]))
        return
    with connection.transaction(), connection.cursor("floor") as cursor:
        mogrify = psycopg.ClientCursor(connection).mogrify
        cursor.execute(mogrify(query["sql"], query["values"]))
        yield from _encode_lines(cursor)


def _encode_lines(cursor: Any) -> Iterator[bytes]:  # a cursor of psycopg or sqlite3
    while rows := cursor.fetchmany(1_000):
        yield "".join([",".join(map(str, row)) + "\n" for row in rows]).encode()


def _connection() -> Connection:
    """The open connection of the thread."""
    if not hasattr(opened, "connection"):
        opened.connection = _connect()
    return opened.connection


def _connect() -> Connection:
    if "sqlite" in PLAN:
        connection = sqlite3.connect(PLAN["sqlite"], isolation_level=None)
        connection.executescript(PLAN["init_command"])
        return connection
    set_json_loads(orjson.loads)
    # psycopg inserts the values on the client, as in Portal, so that PostgreSQL makes the same
    # plan.
    return psycopg.connect(PLAN["postgres"], autocommit=True, cursor_factory=psycopg.ClientCursor)


def _customer_as_json(columns: Sequence[str], row: Row) -> dict[str, object]:
    named = dict(zip(columns, row, strict=True))
    return {field: CONVERT[field](named[field]) for field in FIELDS}


def _unchanged_value(value: object) -> object:
    return value


def _utc_time(text: str | None) -> str | None:
    """SQLite stores times as text in UTC."""
    return f"{text[:10]}T{text[11:]}Z" if text else None


SQLITE: Final[Mapping[str, Callable[[Any], object]]] = {
    "name_parts": orjson.loads,
    "is_active": bool,
    "is_verified": bool,
    "last_login": _utc_time,
    "date_joined": _utc_time,
    "last_modified": _utc_time,
}
CONVERT: Final = {
    field: SQLITE.get(field, _unchanged_value) if "sqlite" in PLAN else _unchanged_value
    for field in FIELDS
}
