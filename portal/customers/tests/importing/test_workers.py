"""Calls in other processes: ordered results, limited memory, errors, and the end of processes."""

from __future__ import annotations

import math
import multiprocessing
import os
import subprocess
import sys
import threading
from itertools import islice
from typing import Final

import pytest

from portal.customers.importing.workers import MAX_PENDING, map_in_processes

# Newer versions of Python warn of a fork beside threads; the threads of the connection pool sleep.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def test_results_come_in_the_order_of_the_arguments() -> None:
    with map_in_processes(math.pow, ((number, 2) for number in range(20))) as results:
        assert list(results) == [number**2 for number in range(20)]


def test_the_function_runs_in_another_process() -> None:
    with map_in_processes(os.getpid, iter([()] * 3)) as results:
        assert os.getpid() not in set(results)


def test_only_a_few_arguments_are_read_in_advance() -> None:
    arguments = ((number,) for number in range(sys.maxsize))

    with map_in_processes(math.sqrt, arguments) as results:
        next(results)

    assert next(arguments)[0] <= MAX_PENDING + 1


def test_an_error_of_the_function_is_raised() -> None:
    with map_in_processes(math.sqrt, iter([(4,), (-1,)])) as results:
        assert next(results) == 2
        with pytest.raises(ValueError, match="math domain error"):
            next(results)


@pytest.mark.parametrize("count", [1, 4])
def test_no_process_or_thread_is_left(count: int) -> None:
    before = threading.active_count()

    with map_in_processes(math.sqrt, ((number,) for number in range(4))) as results:
        assert len([*islice(results, count)]) == count

    assert multiprocessing.active_children() == []
    assert threading.active_count() == before


WAITING: Final = """
import time
import django
django.setup()
from portal.customers.importing.workers import map_in_processes

with map_in_processes(time.sleep, iter([(0,), (600,), (600,), (600,)])) as results:
    next(results)
    print("working", flush=True)
    next(results)
"""


def test_processes_end_when_their_parent_is_killed() -> None:
    """The workers inherit the standard output of the parent, which ends with the last worker."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DATABASE_URL": "sqlite://:memory:",
    }
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WAITING], stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "working\n"
        parent.kill()

        output, _errors = parent.communicate(timeout=30)
    assert output == ""
