"""Queries that somebody waits for have an end; those of commands do not."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.utils import ConnectionHandler
from pytest_django import Settings

from portal.databases.failures import is_over_its_time, is_unavailable
from portal.databases.limits import limit_statements
from portal.settings.data import database_from

URL = "postgres://portal@localhost/portal"


def test_postgresql_is_told_as_a_connection_starts(settings: Settings) -> None:
    settings.STATEMENT_TIMEOUT = 2.5
    databases = {
        "default": database_from(f"{URL}?options=-c%20search_path%3Dportal"),
        "other": database_from("sqlite://:memory:"),
    }

    limit_statements(databases)

    options = databases["default"]["OPTIONS"]["options"]
    assert options == "-c search_path=portal -c statement_timeout=2500"
    assert "options" not in databases["other"]["OPTIONS"]


def test_zero_is_no_limit(settings: Settings) -> None:
    settings.STATEMENT_TIMEOUT = 0
    databases = {"default": database_from(URL)}

    limit_statements(databases)

    assert "options" not in databases["default"]["OPTIONS"]


@pytest.mark.django_db
def test_a_query_over_its_time_is_given_up_and_the_connection_goes_on(
    settings: Settings,
) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has no limit: it answers in the process that asks.
    settings.STATEMENT_TIMEOUT = 0.05
    options = {**connection.settings_dict["OPTIONS"], "pool": False}
    databases = {"default": {}, "limited": {**connection.settings_dict, "OPTIONS": options}}
    limit_statements({"limited": databases["limited"]})
    limited = ConnectionHandler(databases)["limited"]

    with limited.cursor() as cursor, pytest.raises(OperationalError) as raised:
        cursor.execute("SELECT pg_sleep(10)")

    assert is_unavailable(raised.value)
    assert is_over_its_time(raised.value)
    with limited.cursor() as cursor:
        cursor.execute("SELECT 1")
    limited.close()
