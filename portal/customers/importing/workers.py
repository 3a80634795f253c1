"""Work that other processors do while this process waits for the database."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

import django
from django.db import connections

Result = TypeVar("Result")
# A result waits in memory until it is wanted; so many may.
AHEAD: Final = 4


@contextmanager
def map_ahead(
    function: Callable[..., Result], arguments: Iterator[tuple[Any, ...]]
) -> Generator[Iterator[Result]]:
    """What the function, one of a module, makes of each tuple of arguments, in their order.

    The processes start at once, better before connections are opened, which must not be shared.
    They work from when the first result is wanted, and end with the block in any case.
    """
    # Only Linux forks safely and quickly.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workers = min(AHEAD, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        # Any work starts them.
        pool.submit(os.getpid)

        def results() -> Iterator[Result]:
            pending = deque(pool.submit(function, *each) for each in islice(arguments, AHEAD))
            while pending:
                yield pending.popleft().result()
                pending.extend(pool.submit(function, *each) for each in islice(arguments, 1))

        try:
            yield results()
        finally:
            pool.shutdown(cancel_futures=True)


def close_connections() -> None:
    """Those of this process, before others start: each opens its own when it needs one."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]


def _begin() -> None:
    """What this work makes is not cyclic; to look for garbage again and again would slow it."""
    # An interruption of the command is for its first process, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    gc.disable()
