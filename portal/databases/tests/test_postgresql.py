"""Times out of PostgreSQL are those of Django, and of the driver where Django has none."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from portal.databases.postgresql.base import UtcLoader
from portal.settings.data import database_from

TIMES = (
    "2021-04-06 13:44:22.809216+00",
    "2021-04-06 13:44:22.8092+00",
    "2021-04-06 13:44:22+00",
    "1890-01-01 00:53:28+00:53:28",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
)


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_the_one_that_django_reads(text: str) -> None:
    quick = UtcLoader(0).load(text.encode())

    assert quick == super(UtcLoader, UtcLoader(0)).load(text.encode())
    assert quick.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["0044-03-15 12:00:00+00 BC", "infinity", "10000-01-01 00:00:00+00"]
)
def test_a_time_that_python_does_not_know_is_refused_by_the_driver(text: str) -> None:
    with pytest.raises(psycopg.DataError):
        UtcLoader(0).load(text.encode())


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a loader of PostgreSQL")
def test_a_time_is_the_same_in_whatever_zone_the_database_writes_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
        cursor.execute("SELECT TIMESTAMPTZ '2021-04-06 13:44:22.8+00'")
        [(time,)] = cursor.fetchall()

    assert time == datetime(2021, 4, 6, 13, 44, 22, 800_000, UTC)


def test_every_postgresql_is_read_this_way() -> None:
    engine = database_from("postgres://portal@localhost/portal")["ENGINE"]

    assert engine == "portal.databases.postgresql"
