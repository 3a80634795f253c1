"""Retries a transaction that PostgreSQL cancelled because of a deadlock."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import psycopg
from django.db import OperationalError, connection

P = ParamSpec("P")
Result = TypeVar("Result")

MAX_ATTEMPTS: Final = 5
# The pause before the next run. Meanwhile the other transactions of the deadlock get locks.
PAUSE_SECONDS: Final = 0.02


def retry_deadlocks(transaction: Callable[P, Result]) -> Callable[P, Result]:
    """Decorator of a function that is one transaction. After a deadlock, the function runs again.

    Raises the error of the deadlock after MAX_ATTEMPTS runs. Within an outer transaction, raises
    the error at once, because the outer transaction has to run again.
    """

    @wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        for _attempt in range(MAX_ATTEMPTS - 1):
            try:
                return transaction(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_deadlock(error):
                    raise
                time.sleep(PAUSE_SECONDS)
        return transaction(*args, **kwargs)

    return run


def is_deadlock(error: OperationalError) -> bool:
    """Whether PostgreSQL cancelled the transaction because of a deadlock."""
    return isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
