"""Time limits cancel single queries and statements of the web server, but not commands."""

from __future__ import annotations

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from django.db.utils import ConnectionHandler
from pytest_django import Settings

from portal.databases.failures import is_query_timeout, is_temporary_error
from portal.databases.postgresql.pool import Connection
from portal.databases.time_limits import (
    TimeLimitExceeded,
    read_with_time_limit,
    set_statement_timeout,
)
from portal.settings.databases import database_from_url

URL = "postgres://portal@localhost/portal"
COUNT = {
    "postgresql": "SELECT COUNT(*) FROM GENERATE_SERIES(1, %s)",
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT %s)"
    " SELECT COUNT(*) FROM n",
}


def test_the_statement_timeout_is_a_connection_option_of_postgresql(settings: Settings) -> None:
    settings.STATEMENT_TIMEOUT = 2.5
    databases = {
        "default": database_from_url(f"{URL}?options=-c%20search_path%3Dportal"),
        "other": database_from_url("sqlite://:memory:"),
    }

    set_statement_timeout(databases)

    options = databases["default"]["OPTIONS"]["options"]
    assert options == "-c search_path=portal -c statement_timeout=2500"
    assert "options" not in databases["other"]["OPTIONS"]


def test_a_statement_timeout_of_zero_sets_no_limit(settings: Settings) -> None:
    settings.STATEMENT_TIMEOUT = 0
    databases = {"default": database_from_url(URL)}

    set_statement_timeout(databases)

    assert "options" not in databases["default"]["OPTIONS"]
    assert "connection_class" not in databases["default"]["OPTIONS"]["pool"]


def test_only_connections_with_a_statement_timeout_give_up_on_a_hanging_server() -> None:
    with_limit, without_limit = database_from_url(URL), database_from_url(URL)

    set_statement_timeout({"default": with_limit})

    assert with_limit["OPTIONS"]["pool"]["connection_class"] is Connection
    assert "connection_class" not in without_limit["OPTIONS"]["pool"]


@pytest.mark.django_db
def test_a_cancelled_statement_leaves_its_connection_usable(settings: Settings) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has no statement timeout.
    settings.STATEMENT_TIMEOUT = 0.05
    options = {**connection.settings_dict["OPTIONS"], "pool": False}
    databases = {"default": {}, "limited": {**connection.settings_dict, "OPTIONS": options}}
    set_statement_timeout({"limited": databases["limited"]})
    limited = ConnectionHandler(databases)["limited"]

    with limited.cursor() as cursor, pytest.raises(OperationalError) as raised:
        cursor.execute("SELECT pg_sleep(10)")

    assert is_temporary_error(raised.value)
    assert is_query_timeout(raised.value)
    with limited.cursor() as cursor:
        cursor.execute("SELECT 1")
    limited.close()


def _is_in_time(number: int) -> bool:
    sql = COUNT[connection.vendor]
    try:
        rows = read_with_time_limit(DEFAULT_DB_ALIAS, sql, [number], milliseconds=2)
    except TimeLimitExceeded:
        return False
    assert [tuple(row) for row in rows] == [(number,)]
    return True


@pytest.mark.django_db(transaction=True)
def test_a_time_limit_never_cancels_the_statement_after_its_query() -> None:
    # The loop finds how far PostgreSQL counts within the limit. The query and the limit then end at
    # about the same time.
    number, results = 10_000, set()
    for _attempt in range(400):
        is_in_time = _is_in_time(number)
        results.add(is_in_time)
        number = int(number * (1.02 if is_in_time else 0.98)) + 1
        with connection.cursor() as cursor:
            cursor.execute(COUNT[connection.vendor], [2_000])
            assert cursor.fetchone() == (2_000,)

    assert results == {True, False}


@pytest.mark.django_db
def test_a_query_over_its_time_limit_does_not_break_the_transaction() -> None:
    assert not _is_in_time(100_000_000)
    assert _is_in_time(1)
