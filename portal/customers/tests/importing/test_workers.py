"""Work in other processes: in order, a few steps ahead, with its errors."""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import threading
from itertools import islice

import pytest

from portal.customers.importing.workers import AHEAD, map_ahead

# Newer versions of Python warn of a fork beside threads; those of the database's pool sleep.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def test_results_come_in_the_order_of_the_arguments() -> None:
    with map_ahead(math.pow, ((number, 2) for number in range(20))) as results:
        assert list(results) == [number**2 for number in range(20)]


def test_the_work_is_done_elsewhere() -> None:
    with map_ahead(os.getpid, iter([()] * 3)) as results:
        assert os.getpid() not in set(results)


def test_no_more_is_taken_than_a_few_steps_ahead() -> None:
    arguments = ((number,) for number in range(sys.maxsize))

    with map_ahead(math.sqrt, arguments) as results:
        next(results)

    assert next(arguments)[0] <= AHEAD + 1


def test_an_error_there_is_one_here() -> None:
    with map_ahead(math.sqrt, iter([(4,), (-1,)])) as results:
        assert next(results) == 2
        with pytest.raises(ValueError, match="math domain error"):
            next(results)


@pytest.mark.parametrize("wanted", [1, 4])
def test_nothing_is_left_of_it_afterwards(wanted: int) -> None:
    before = threading.active_count()

    with map_ahead(math.sqrt, ((number,) for number in range(4))) as results:
        assert len([*islice(results, wanted)]) == wanted

    assert multiprocessing.active_children() == []
    assert threading.active_count() == before
