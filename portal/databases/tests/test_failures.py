"""Temporary database errors: status 503 as a page or as JSON, and one line in the log."""

from __future__ import annotations

import contextlib
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal import urls
from portal.databases.failures import DatabaseErrorFilter
from portal.settings.databases import database_from_url

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def locked(directory: str) -> None:
    """Another connection holds SQLite's write lock for longer than the timeout."""
    database = database_from_url(f"sqlite:///{Path(directory) / 'locked'}")
    database["OPTIONS"]["timeout"] = 0
    handler = ConnectionHandler({"default": database})
    writer, waiting = (handler.create_connection("default") for _ in range(2))
    with contextlib.closing(writer), contextlib.closing(waiting):
        writer.cursor().execute("BEGIN IMMEDIATE")
        waiting.cursor().execute("BEGIN IMMEDIATE")


def unreachable(directory: str) -> None:
    """PostgreSQL does not run."""
    _postgres(directory, pool=False).cursor()


def unreachable_by_the_pool(directory: str) -> None:
    """PostgreSQL does not run, and the pool makes no attempt to connect until its timeout."""
    waiting = _postgres(directory)
    started = monotonic()
    try:
        waiting.cursor()
    finally:
        assert monotonic() - started < waiting.pool.timeout / 2
        waiting.close_pool()


def exhausted(directory: str) -> None:
    """The pool has no free connection until its timeout."""
    waiting = _postgres(directory, pool={"min_size": 0, "max_size": 1, "timeout": 0.05})
    try:
        waiting.cursor()
    finally:
        waiting.close_pool()


def full(directory: str) -> None:
    """The file of SQLite has reached its limit of pages, which raises the error of a full disk."""
    with _sqlite(directory) as writer:
        writer.execute("PRAGMA max_page_count = 2")
        writer.execute("CREATE TABLE large (text)")
        writer.execute("INSERT INTO large VALUES (zeroblob(100000))")


def read_only(directory: str) -> None:
    """The file of SQLite is read-only."""
    with _sqlite(directory) as writer:
        writer.execute("CREATE TABLE small (text)")
        writer.execute("PRAGMA query_only = on")
        writer.execute("INSERT INTO small VALUES (1)")


def read_only_on_postgresql(_directory: str) -> None:
    """PostgreSQL rejects writes, as a standby does."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("DELETE FROM django_session")


@contextlib.contextmanager
def _sqlite(directory: str) -> Iterator[Any]:
    database = database_from_url(f"sqlite:///{Path(directory) / 'file'}")
    writer = ConnectionHandler({"default": database})["default"]
    with contextlib.closing(writer), writer.cursor() as cursor:
        yield cursor


def missing_table(_directory: str) -> None:
    """SQLite raises OperationalError for a missing table too, which is not temporary."""
    connection.cursor().execute("SELECT 1 FROM nothing")


def _postgres(directory: str, **options: Any) -> Any:
    database = database_from_url(f"postgres://nobody@{quote(directory, safe='')}/nothing")
    database["OPTIONS"].update(options)
    return ConnectionHandler({"default": {}, "other": database})["other"]


def fail(request: HttpRequest, name: str) -> HttpResponse:
    with tempfile.TemporaryDirectory() as directory:
        globals()[name](directory)
    return HttpResponse()


fail.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("api/fail/<name>/", fail), path("fail/<name>/", fail), *urls.urlpatterns]
handler500 = urls.handler500
UNAVAILABLE = ["locked", "unreachable", "unreachable_by_the_pool", "exhausted", "full", "read_only"]


def _get(address: str) -> Any:
    return Client(raise_request_exception=False).get(address)


@pytest.mark.parametrize("failure", UNAVAILABLE)
def test_an_unavailable_database_gives_members_a_page(failure: str) -> None:
    response = _get(f"/fail/{failure}/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Temporarily unavailable" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("failure", UNAVAILABLE)
def test_an_unavailable_database_gives_api_clients_json(failure: str) -> None:
    response = _get(f"/api/fail/{failure}/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"detail": "The database is busy or not available."}


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has its own case")
def test_a_read_only_postgresql_is_unavailable() -> None:
    assert _get("/fail/read_only_on_postgresql/").status_code == 503


def test_a_missing_table_is_a_server_error() -> None:
    assert _get("/fail/missing_table/").status_code == 500


@pytest.mark.parametrize(
    ("failure", "level"), [("unreachable", "WARNING"), ("missing_table", "ERROR")]
)
def test_a_temporary_error_has_no_traceback_in_the_log(failure: str, level: str) -> None:
    record = _record_of(failure)

    assert DatabaseErrorFilter().filter(record)

    assert (record.levelname, record.exc_info is None) == (level, level == "WARNING")
    assert "\n" not in record.getMessage()


def _record_of(failure: str) -> logging.LogRecord:
    try:
        with tempfile.TemporaryDirectory() as directory:
            globals()[failure](directory)
    except Exception:
        error = sys.exc_info()
    return logging.LogRecord("django.request", logging.ERROR, "", 1, "Failed: %s", ("/",), error)
