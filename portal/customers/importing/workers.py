"""Runs a function in other processes while this one waits for the database."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

import django
from django.db import connections

Result = TypeVar("Result")
# The most results that wait in memory until they are used.
MAX_PENDING: Final = 4


@contextmanager
def map_in_processes(
    function: Callable[..., Result], arguments: Iterator[tuple[Any, ...]]
) -> Generator[Iterator[Result]]:
    """The results of a module's function for each tuple of arguments, in their order.

    The processes start at once: connections must not be open yet, because processes cannot share
    them. The work begins with the first result that is read. The processes end with the `with`
    statement.
    """
    # fork is fast, but safe on Linux only.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workers = min(MAX_PENDING, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_set_up_process) as pool:
        # The first call starts the processes.
        pool.submit(os.getpid)

        def results() -> Iterator[Result]:
            pending = deque(pool.submit(function, *each) for each in islice(arguments, MAX_PENDING))
            while pending:
                yield pending.popleft().result()
                pending.extend(pool.submit(function, *each) for each in islice(arguments, 1))

        try:
            yield results()
        finally:
            pool.shutdown(cancel_futures=True)


def close_connections() -> None:
    """Close the connections of this process; the next query opens a new one."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]


def _set_up_process() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The terminal sends Ctrl-C to all processes; the parent ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    # The work creates no reference cycles, and looking for them takes time.
    gc.disable()


def _end_with_parent() -> None:
    """However the parent ends: a killed one cannot end its processes."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
