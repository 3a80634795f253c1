"""Limits of single queries: they end with the query, on either side of the border."""

from __future__ import annotations

import pytest
from django.db import DEFAULT_DB_ALIAS, connection

from portal.databases.limited import OutOfTime, read_limited

COUNT = {
    "postgresql": "SELECT COUNT(*) FROM GENERATE_SERIES(1, %s)",
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT %s)"
    " SELECT COUNT(*) FROM n",
}


def _is_in_time(number: int) -> bool:
    try:
        rows = read_limited(DEFAULT_DB_ALIAS, COUNT[connection.vendor], [number], milliseconds=2)
    except OutOfTime:
        return False
    assert [tuple(row) for row in rows] == [(number,)]
    return True


@pytest.mark.django_db(transaction=True)
def test_a_limit_that_ends_as_its_query_does_spares_the_next_one() -> None:
    # As many rows as are counted in just about the time that is allowed.
    number, answers = 10_000, set()
    for _attempt in range(400):
        is_in_time = _is_in_time(number)
        answers.add(is_in_time)
        number = int(number * (1.02 if is_in_time else 0.98)) + 1
        with connection.cursor() as cursor:
            cursor.execute(COUNT[connection.vendor], [2_000])
            assert cursor.fetchone() == (2_000,)

    assert answers == {True, False}


@pytest.mark.django_db
def test_within_a_transaction_a_query_over_its_time_takes_nothing_with_it() -> None:
    assert not _is_in_time(100_000_000)
    assert _is_in_time(1)
