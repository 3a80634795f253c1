"""Faults of PostgreSQL, SQLite and the web server: the responses to clients, and the recovery."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from e2e.postgres.clusters import Cluster
from e2e.reliability import faults
from e2e.reliability.conftest import Watch, master_of
from e2e.reliability.observation import BROKEN, DATA, WITHOUT_DATA
from e2e.server import Server, serve

SOON = 2  # seconds
FaultOfCluster = Callable[[Cluster], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("fault", "description", "seconds"),
    [
        (faults.postgresql_stopped, "PostgreSQL stops, and starts again after 5 s", 5),
        (faults.postgresql_suspended, "PostgreSQL does not reply for 8 s", 8),
        (faults.table_locked, "A migration locks the customers for 3 s", 3),
    ],
)
def test_postgresql_stops_or_does_not_reply(
    cluster: Cluster,
    on_postgresql: Server,
    watch: Watch,
    fault: FaultOfCluster,
    description: str,
    seconds: float,
) -> None:
    seen = watch(description, on_postgresql, fault(cluster), seconds=seconds)

    assert seen.statuses(*DATA).keys() == {200, 503}
    assert seen.statuses(*WITHOUT_DATA).keys() == {200}
    assert seen.recovery < SOON


@pytest.mark.parametrize(
    ("fault", "description"),
    [
        (faults.backend_killed, "A backend of PostgreSQL is killed"),
        (faults.connections_terminated, "All connections to PostgreSQL are terminated"),
    ],
)
def test_connections_to_postgresql_are_broken(
    cluster: Cluster,
    on_postgresql: Server,
    watch: Watch,
    fault: FaultOfCluster,
    description: str,
) -> None:
    seen = watch(description, on_postgresql, fault(cluster))

    assert seen.statuses().keys() <= {200, 503}
    assert seen.recovery < SOON


def test_postgresql_is_read_only(cluster: Cluster, on_postgresql: Server, watch: Watch) -> None:
    fault = faults.postgresql_read_only(cluster)

    seen = watch("PostgreSQL is read-only for 3 s", on_postgresql, fault, seconds=3)

    assert seen.statuses().keys() == {200}


def test_sqlite_is_locked(on_sqlite: Server, watch: Watch) -> None:
    fault = faults.sqlite_locked(on_sqlite.directory / "portal.sqlite3")

    seen = watch("Another process writes for 3 s", on_sqlite, fault, seconds=3)

    assert seen.statuses().keys() == {200}


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Iterator[Server]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    with faults.small_file_system(tmp_path, megabytes=64) as directory:
        url = {"DATABASE_URL": f"sqlite:///{directory / 'portal.sqlite3'}"}
        with serve(directory, url, commands=url) as server:
            yield server


def test_the_disk_is_full(on_small_disk: Server, watch: Watch) -> None:
    fault = faults.disk_full(on_small_disk.directory)

    seen = watch("The disk is full for 3 s", on_small_disk, fault, seconds=3)

    assert seen.statuses().keys() == {200}


@pytest.mark.parametrize("database", ["on_postgresql", "on_sqlite"])
def test_a_process_of_the_server_is_killed(
    request: pytest.FixtureRequest, database: str, watch: Watch
) -> None:
    server: Server = request.getfixturevalue(database)
    fault = faults.worker_killed(master_of(server))

    seen = watch("A process of the web server is killed", server, fault)

    assert seen.statuses().keys() <= {200, BROKEN}
    assert seen.statuses()[BROKEN] <= 4  # the requests in progress
    assert seen.recovery < SOON


@pytest.mark.parametrize("database", ["on_postgresql", "on_sqlite"])
def test_the_server_is_reloaded(
    request: pytest.FixtureRequest, database: str, watch: Watch
) -> None:
    server: Server = request.getfixturevalue(database)
    fault = faults.server_reloaded(master_of(server))

    seen = watch("The web server is reloaded (HUP)", server, fault)

    assert seen.statuses().keys() == {200}
