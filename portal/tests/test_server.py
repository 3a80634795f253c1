"""The configuration of gunicorn: the path of the access log, and the numbers of workers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from portal import server
from portal.tests.processes import run_python

PRINT_ACCESS_LOG = ["-c", "from portal import server; print(repr(server.accesslog))"]


@pytest.mark.parametrize("value", ["", "false", "False", "no", "0"])
def test_the_access_log_can_be_off(value: str) -> None:
    assert run_python(*PRINT_ACCESS_LOG, environment={"ACCESS_LOG": value}).stdout == "None\n"


@pytest.mark.parametrize("value", ["true", "TRUE", "yes", "1", "-"])
def test_the_access_log_can_be_standard_output(value: str) -> None:
    assert run_python(*PRINT_ACCESS_LOG, environment={"ACCESS_LOG": value}).stdout == "'-'\n"


@pytest.mark.parametrize("name", ["access.log", "with spaces.log", "100%s%d.log"])
def test_the_access_log_may_have_any_path(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)

    assert run_python(*PRINT_ACCESS_LOG, environment={"ACCESS_LOG": path}).stdout == f"{path!r}\n"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/nowhere/access.log", "No such file or directory"), ("/dev", "Is a directory")],
)
def test_an_access_log_that_is_not_writable_is_reported(path: str, reason: str) -> None:
    started = run_python(*PRINT_ACCESS_LOG, environment={"ACCESS_LOG": path})

    assert started.returncode == 1
    assert started.stderr == f"ACCESS_LOG cannot be written to {path}: {reason}\n"


def test_a_worker_gets_the_number_of_a_worker_that_has_ended() -> None:
    arbiter: Any = SimpleNamespace(WORKERS={})
    workers: list[Any] = [SimpleWorker() for _ in range(4)]
    for pid, worker in enumerate(workers[:3]):
        server.pre_fork(arbiter, worker)
        arbiter.WORKERS[pid] = worker
    del arbiter.WORKERS[1]

    server.pre_fork(arbiter, workers[3])

    assert [server.worker_numbers[worker] for worker in workers] == [0, 1, 2, 1]


def test_a_worker_imports_the_modules_of_portal_anew() -> None:
    script = """
import sys
from portal import server
server.post_fork(None, None)
print([name for name in sys.modules if name.startswith("portal")])
"""

    assert run_python("-c", script, environment={}).stdout == "[]\n"


class SimpleWorker:
    """Stands for a worker of gunicorn before its process starts."""
