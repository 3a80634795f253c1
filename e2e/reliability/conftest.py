"""Separate servers for the faults, and the report of the responses to clients."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, run_primary, wait_until_true
from e2e.reliability.observation import LIST, Observation, observe
from e2e.reliability.report import FaultResult, write_report
from e2e.server import PATIENCE, Server, serve

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
STATEMENT_TIMEOUT = "1"
LISTENING = re.compile(r"Listening at: \S+ \((\d+)\)")
# The message of gunicorn about a killed process.
KILLED = re.compile(r"Worker \(pid:\d+\) was sent SIGKILL")
Watch = Callable[..., Observation]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--report", type=Path, help="write what clients got to this file")


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> Iterator[list[FaultResult]]:
    """The rows of the report, which is written if every test passed."""
    rows: list[FaultResult] = []
    yield rows
    if (path := request.config.getoption("--report")) and not request.session.testsfailed:
        write_report(path, rows)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with run_primary() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def on_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = {"DATABASE_URL": cluster.url("portal")}
    environment = {**url, "STATEMENT_TIMEOUT": STATEMENT_TIMEOUT}
    directory = tmp_path_factory.mktemp("postgresql")
    with serve(directory, environment, commands=url, expected_errors=KILLED) as server:
        yield server


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    sqlite = f"sqlite:///{(directory := tmp_path_factory.mktemp('sqlite')) / 'portal.sqlite3'}"
    url = {"DATABASE_URL": sqlite}
    with serve(directory, url, commands=url, expected_errors=KILLED) as server:
        yield server


@pytest.fixture
def watch(rows: list[FaultResult]) -> Watch:
    """Observe clients during a fault, and add a row to the report.

    Fails unless all customers are unchanged, or the import of `new` customers is complete.
    """

    def watch(
        description: str,
        server: Server,
        fault: AbstractContextManager[object],
        *,
        seconds: float = 0,
        new: int = 0,
    ) -> Observation:
        before = all_customers(server)
        seen = observe(server, fault, seconds=seconds)
        after = all_customers(server)
        assert after == before or (new and after[1] == before[1] + new)
        database = POSTGRESQL if "postgres" in server.environment["DATABASE_URL"] else SQLITE
        data = "as before" if after == before else "imported"
        rows.append(FaultResult(description, database, seen, data))
        return seen

    return watch


def all_customers(server: Server) -> tuple[str, int]:
    """A digest of all customers as NDJSON, and their maintained count."""
    token = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=token, timeout=PATIENCE) as client:
        # The first requests may fail, because a process may still have a broken connection.
        wait_until_true(lambda: client.get(LIST).status_code == 200)
        count = client.get(LIST).json()["count"]
        stream = client.get(LIST, headers={"Accept": "application/x-ndjson"})
        assert stream.status_code == 200
        assert len(stream.text.splitlines()) == count
        return hashlib.sha256(stream.content).hexdigest(), count


def master_of(server: Server) -> int:
    """The process id of gunicorn's master."""
    return int(LISTENING.findall(server.log)[-1])
