"""UtcLoader reads timestamps as the driver's own loader does."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from portal.databases.postgresql.base import UtcLoader
from portal.settings.databases import database_from_url

TIMES = (
    "2021-04-06 13:44:22.809216+00",
    "2021-04-06 13:44:22.8092+00",
    "2021-04-06 13:44:22+00",
    "1890-01-01 00:53:28+00:53:28",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
)


@pytest.mark.parametrize("text", TIMES)
def test_a_time_equals_that_of_the_drivers_own_loader(text: str) -> None:
    time = UtcLoader(0).load(text.encode())

    assert time == super(UtcLoader, UtcLoader(0)).load(text.encode())
    assert time.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["0044-03-15 12:00:00+00 BC", "infinity", "10000-01-01 00:00:00+00"]
)
def test_a_time_that_python_cannot_represent_is_an_error(text: str) -> None:
    with pytest.raises(psycopg.DataError):
        UtcLoader(0).load(text.encode())


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a loader of PostgreSQL")
def test_a_time_does_not_depend_on_the_time_zone_of_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
        cursor.execute("SELECT TIMESTAMPTZ '2021-04-06 13:44:22.8+00'")
        [(time,)] = cursor.fetchall()

    assert time == datetime(2021, 4, 6, 13, 44, 22, 800_000, UTC)


def test_every_postgresql_database_uses_this_backend() -> None:
    engine = database_from_url("postgres://portal@localhost/portal")["ENGINE"]

    assert engine == "portal.databases.postgresql"
