"""Runs a function in worker processes while this process waits for the database."""

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
# The maximum number of results in memory that are not used yet.
MAX_PENDING: Final = 4


@contextmanager
def map_in_processes(
    function: Callable[..., Result], arguments: Iterator[tuple[Any, ...]]
) -> Generator[Iterator[Result]]:
    """Yield an iterator with the results of `function`, in the order of `arguments`.

    Each tuple of `arguments` is one call. `function` must be defined at the level of a module. No
    database connection may be open before, because processes cannot share connections. The
    processes start with the `with` statement and end with it; the first call begins when the first
    result is read.
    """
    # "fork" is faster than "spawn", but safe on Linux only.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workers = min(MAX_PENDING, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_set_up_process) as pool:
        # A first call of any function starts the processes.
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
    """Close the database connections of this process. The next query opens a new one."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]


def _set_up_process() -> None:
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    # The terminal sends Ctrl-C to all processes. The workers ignore Ctrl-C, because the parent
    # process ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    # The garbage collector is off, because the work creates no reference cycles and searching for
    # cycles takes time.
    gc.disable()


def _exit_with_parent() -> None:
    """End this process when the parent ends, because a killed parent cannot end its workers."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
