"""Work that other processors do while this process waits for the database."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any, Final, TypeVar

import django

Result = TypeVar("Result")
# A result waits in memory until it is wanted; so many may.
AHEAD: Final = 4


def map_ahead(
    function: Callable[..., Result], arguments: Iterator[tuple[Any, ...]]
) -> Generator[Result]:
    """What the function, one of a module, makes of each tuple of arguments, in their order.

    The processes start at once: better before connections are opened, which must not be shared.
    """
    # Only Linux forks safely and quickly.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(
        min(AHEAD, os.cpu_count() or 1), mp_context=context, initializer=django.setup
    )
    pending = deque(pool.submit(function, *each) for each in islice(arguments, AHEAD))

    def results() -> Generator[Result]:
        with pool:
            try:
                while pending:
                    yield pending.popleft().result()
                    pending.extend(pool.submit(function, *each) for each in islice(arguments, 1))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    return results()
