"""Runs a transaction again that PostgreSQL ended because of a deadlock."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import psycopg
from django.db import OperationalError, connection

P = ParamSpec("P")
Result = TypeVar("Result")

# Of transactions in a deadlock, PostgreSQL ends one; the others go on.
ATTEMPTS: Final = 5
# Seconds, in which the others get their locks.
PAUSE: Final = 0.02


def retry_deadlocks(transaction: Callable[P, Result]) -> Callable[P, Result]:
    """Decorates a function that is one transaction: up to ATTEMPTS runs if it is in a deadlock.

    Within another transaction the error is raised at once: that one has to run again.
    """

    @wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        for _attempt in range(ATTEMPTS - 1):
            try:
                return transaction(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_deadlock(error):
                    raise
                time.sleep(PAUSE)
        return transaction(*args, **kwargs)

    return run


def is_deadlock(error: OperationalError) -> bool:
    """Whether another transaction went on instead of this one."""
    return isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
