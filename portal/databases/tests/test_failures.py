"""A database that does not answer: 503 in the form of the path, and one line of the log."""

from __future__ import annotations

import contextlib
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal import urls
from portal.databases.failures import OneLine
from portal.settings.data import database_from

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def locked(directory: str) -> None:
    """Another connection writes to SQLite, longer than we wait."""
    database = database_from(f"sqlite:///{Path(directory) / 'locked'}")
    database["OPTIONS"]["timeout"] = 0
    handler = ConnectionHandler({"default": database})
    writer, waiting = (handler.create_connection("default") for _ in range(2))
    with contextlib.closing(writer), contextlib.closing(waiting):
        writer.cursor().execute("BEGIN IMMEDIATE")
        waiting.cursor().execute("BEGIN IMMEDIATE")


def away(directory: str) -> None:
    """No PostgreSQL listens."""
    _postgres(directory, pool=False).cursor()


def exhausted(directory: str) -> None:
    """The pool has no connection to give within its time."""
    waiting = _postgres(directory, pool={"min_size": 0, "max_size": 1, "timeout": 0.05})
    try:
        waiting.cursor()
    finally:
        waiting.close_pool()


def misspelt(_directory: str) -> None:
    """SQLite calls this an operational error as well."""
    connection.cursor().execute("SELECT 1 FROM nothing")


def _postgres(directory: str, **options: Any) -> Any:
    database = database_from(f"postgres://nobody@{quote(directory, safe='')}/nothing")
    database["OPTIONS"].update(options)
    return ConnectionHandler({"default": {}, "away": database})["away"]


def ask(request: HttpRequest, name: str) -> HttpResponse:
    with tempfile.TemporaryDirectory() as directory:
        globals()[name](directory)
    return HttpResponse()


ask.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("api/ask/<name>/", ask), path("ask/<name>/", ask), *urls.urlpatterns]
handler500 = urls.handler500
UNAVAILABLE = ["locked", "away", "exhausted"]


def _get(address: str) -> Any:
    return Client(raise_request_exception=False).get(address)


@pytest.mark.parametrize("failure", UNAVAILABLE)
def test_people_get_a_page_that_says_so(failure: str) -> None:
    response = _get(f"/ask/{failure}/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "This takes too long just now" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("failure", UNAVAILABLE)
def test_programs_get_json(failure: str) -> None:
    response = _get(f"/api/ask/{failure}/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"detail": "The database is busy or away."}


def test_a_query_that_is_wrong_stays_a_fault_of_ours() -> None:
    assert _get("/ask/misspelt/").status_code == 500


@pytest.mark.parametrize(("failure", "level"), [("away", "WARNING"), ("misspelt", "ERROR")])
def test_only_a_fault_of_ours_has_its_traceback_in_the_log(failure: str, level: str) -> None:
    record = _record_of(failure)

    assert OneLine().filter(record)

    assert (record.levelname, record.exc_info is None) == (level, level == "WARNING")
    assert "\n" not in record.getMessage()


def _record_of(failure: str) -> logging.LogRecord:
    try:
        with tempfile.TemporaryDirectory() as directory:
            globals()[failure](directory)
    except Exception:
        error = sys.exc_info()
    return logging.LogRecord("django.request", logging.ERROR, "", 1, "Failed: %s", ("/",), error)
