"""A transaction that PostgreSQL cancels because of a deadlock runs again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest
from django.db import OperationalError, connection, transaction

from portal.databases.deadlocks import MAX_ATTEMPTS, retry_deadlocks
from portal.organizers.models import Organizer

TIMEOUT: Final = 20

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="SQLite has one writer at a time, so no deadlock"
    ),
]


@pytest.fixture
def both_wait() -> Iterator[Barrier]:
    """A barrier: both transactions get their first lock before either requests its second lock."""
    barrier = Barrier(2, timeout=TIMEOUT)
    yield barrier
    barrier.abort()


def _lock(organizer: Organizer) -> None:
    Organizer.objects.select_for_update().get(pk=organizer.pk)


def test_two_transactions_that_wait_for_each_other_both_succeed(
    organizer: Organizer, rival: Organizer, both_wait: Barrier
) -> None:
    attempts: list[str] = []

    def lock_in_order(first: Organizer, second: Organizer) -> None:
        runs = 0

        @retry_deadlocks
        @transaction.atomic
        def run() -> None:
            nonlocal runs
            runs += 1
            attempts.append(first.slug)
            _lock(first)
            if runs == 1:
                both_wait.wait()
            _lock(second)

        try:
            run()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        [*pool.map(lock_in_order, [organizer, rival], [rival, organizer])]

    assert len(attempts) > 2


class Failing:
    """A function with `retry_deadlocks` that counts its calls and raises an error of PostgreSQL."""

    def __init__(self, code: str) -> None:
        self.calls = 0
        self._code = code
        self.run = retry_deadlocks(self._run)

    def _run(self) -> None:
        self.calls += 1
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{self._code}'; END $$")


def test_a_deadlock_within_another_transaction_is_raised_at_once() -> None:
    failing = Failing("deadlock_detected")

    with pytest.raises(OperationalError), transaction.atomic():
        failing.run()

    assert failing.calls == 1


def test_another_error_is_raised_at_once() -> None:
    failing = Failing("query_canceled")

    with pytest.raises(OperationalError):
        failing.run()

    assert failing.calls == 1


def test_a_transaction_with_repeated_deadlocks_fails_in_the_end() -> None:
    failing = Failing("deadlock_detected")

    with pytest.raises(OperationalError):
        failing.run()

    assert failing.calls == MAX_ATTEMPTS
