"""Responses while PostgreSQL is stopped or does not reply, and the time to recovery."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import httpx
import pytest

from e2e.postgres.clusters import Cluster, run_primary, start_server, stop_server
from e2e.postgres.conftest import LIST
from e2e.server import PATIENCE, Server, serve

WITHOUT_DATA = ["/sign-in/", "/static/icon.svg"]
API_CLIENTS = 12  # more than the server has threads
# The outage in seconds. A pool that doubles its pauses would pause for many seconds at its end.
OUTAGE = 8
STATEMENT_TIMEOUT = 0.5
# In seconds: the time for running queries and one attempt to connect. Later requests fail at once.
HANGING_QUERY = STATEMENT_TIMEOUT + 2
HANGING_CONNECTION = 2
BACKENDS = "SELECT array_agg(pid) FROM pg_stat_activity"
Fault = Callable[[Cluster], contextlib.AbstractContextManager[None]]


class Response(NamedTuple):
    """A response, the time of its request, and its duration."""

    status: int
    requested: float
    seconds: float


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that other tests do not need."""
    with run_primary() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty directory: the demo of other tests is in another cluster."""
    return tmp_path_factory.mktemp("outage")


@pytest.fixture(scope="module")
def server(own_cluster: Cluster, directory: Path) -> Iterator[Server]:
    url = {"DATABASE_URL": own_cluster.url("portal")}
    environment = {**url, "STATEMENT_TIMEOUT": str(STATEMENT_TIMEOUT)}
    with serve(directory, environment, commands=url) as server:
        yield server


@contextlib.contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    """Stop PostgreSQL: existing connections break, and new connections are rejected."""
    stop_server(cluster)
    yield
    start_server(cluster)


@contextlib.contextmanager
def suspended(cluster: Cluster) -> Iterator[None]:
    """Suspend all processes of PostgreSQL: the host acknowledges packets, but sends no replies."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    processes = [postmaster, *cluster.execute(BACKENDS)]
    for process in processes:
        with contextlib.suppress(ProcessLookupError):  # of the query itself
            os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def _get(client: httpx.Client, path: str) -> Response:
    requested = monotonic()
    status = client.get(path).status_code
    return Response(status, requested, monotonic() - requested)


def _get_repeatedly(client: httpx.Client, path: str, end: float) -> list[Response]:
    responses = []
    while monotonic() < end:
        responses.append(_get(client, path))
    return responses


def _median_seconds(responses: list[Response], begin: float) -> float:
    """The median of requests since `begin`. The machine is busy, so the maximum varies too much."""
    return statistics.median(each.seconds for each in responses if each.requested > begin)


def _seconds_until_success(client: httpx.Client) -> float:
    started = monotonic()
    while _get(client, LIST).status != 200:
        assert monotonic() - started < PATIENCE
    return monotonic() - started


@pytest.mark.parametrize(
    ("fault", "onset"), [(stopped, 0), (suspended, HANGING_QUERY + HANGING_CONNECTION)]
)
def test_requests_fail_at_once_and_succeed_soon_after_the_outage(
    own_cluster: Cluster, api_client: httpx.Client, fault: Fault, onset: float
) -> None:
    assert _get(api_client, LIST).status == 200

    with fault(own_cluster), ThreadPoolExecutor(API_CLIENTS + 2) as threads:
        begin = monotonic() + onset
        end = begin + OUTAGE
        lists = [
            threads.submit(_get_repeatedly, api_client, LIST, end) for _client in range(API_CLIENTS)
        ]
        pages = [threads.submit(_get_repeatedly, api_client, path, end) for path in WITHOUT_DATA]
        failed = [each for responses in lists for each in responses.result()]
    seconds = _seconds_until_success(api_client)

    assert {each.status for each in failed} == {503}
    assert _median_seconds(failed, begin) < 0.5
    for responses in pages:
        assert {each.status for each in responses.result()} == {200}
        assert _median_seconds(responses.result(), begin) < 0.1
    assert seconds < 2
