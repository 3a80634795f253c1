"""An interrupted import has imported either all of its customers or none."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from e2e.postgres.clusters import Cluster
from e2e.reliability import faults
from e2e.reliability.conftest import Watch, all_customers
from e2e.server import PATIENCE, PYTHON, ROOT, Server

ROWS = 20_000
SOON = 2  # seconds


def write_customers(path: Path, name: str) -> Path:
    """A file with many customers, whose import takes seconds."""
    with path.open("w") as file:
        for number in range(ROWS):
            customer = {
                "identifier": f"NEW{number:05}",
                "email": f"new{number}@example.org",
                "name_parts": {"_scheme": "full", "full_name": f"{name} {number}"},
                "is_active": True,
                "is_verified": False,
                "last_login": None,
                "date_joined": "2026-01-31T10:00:00Z",
                "locale": "de",
                "last_modified": "2026-01-31T10:00:00Z",
            }
            file.write(json.dumps(customer) + "\n")
    return path


def _seconds_of_import(server: Server, file: Path) -> float:
    """The seconds of a complete import into another organizer."""
    server.manage("create_organizer", file.stem, "--name", "Trial", "--timezone", "UTC")
    started = monotonic()
    server.manage("import_customers", file.stem, str(file), "--verbosity=0")
    return monotonic() - started


def _start_import(server: Server, file: Path, *, seconds: float) -> subprocess.Popen[bytes]:
    """Start an import, and wait for this number of seconds."""
    process = subprocess.Popen(
        [PYTHON, "manage.py", "import_customers", "bigevents", str(file), "--verbosity=0"],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    assert process.returncode is None
    return process


@contextlib.contextmanager
def import_killed(server: Server, file: Path, *, after: float) -> Iterator[None]:
    """Kill an import with its worker processes."""
    process = _start_import(server, file, seconds=after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    yield


@contextlib.contextmanager
def crash_during_import(
    cluster: Cluster, server: Server, file: Path, *, after: float
) -> Iterator[None]:
    """Stop PostgreSQL during an import, so that the import fails, and start PostgreSQL again."""
    process = _start_import(server, file, seconds=after)
    with faults.postgresql_stopped(cluster):
        assert process.wait(PATIENCE) != 0
        yield


@pytest.mark.parametrize("database", ["on_postgresql", "on_sqlite"])
def test_an_import_is_killed(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, watch: Watch
) -> None:
    server: Server = request.getfixturevalue(database)
    file = write_customers(tmp_path / "killed.ndjson", "New")
    whole = _seconds_of_import(server, file)
    _digest, before = all_customers(server)

    for part in (0.3, 0.5, 0.7):
        fault = import_killed(server, file, after=part * whole)
        description = f"An import is killed after {part:.0%} of its time"
        seen = watch(description, server, fault, new=ROWS)
        assert seen.statuses().keys() == {200}

    server.manage("import_customers", "bigevents", str(file))
    assert all_customers(server)[1] == before + ROWS


def test_postgresql_crashes_during_an_import(
    cluster: Cluster, on_postgresql: Server, tmp_path: Path, watch: Watch
) -> None:
    file = write_customers(tmp_path / "crashed.ndjson", "Other")
    whole = _seconds_of_import(on_postgresql, file)
    fault = crash_during_import(cluster, on_postgresql, file, after=0.5 * whole)

    seen = watch("PostgreSQL crashes during an import", on_postgresql, fault, seconds=1)

    assert seen.statuses().keys() == {200, 503}
    assert seen.recovery < SOON
