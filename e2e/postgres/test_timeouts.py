"""A query over the statement timeout, and a PostgreSQL server that restarts or stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, wait_until_true
from e2e.postgres.conftest import LIST, PAGE
from e2e.server import Server, serve

LOCK = "LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE"
TERMINATE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"
PROCESSES, THREADS = 2, 4
NDJSON = {"Accept": "application/x-ndjson"}


@pytest.fixture(scope="module")
def socket_link(cluster: Cluster, directory: Path) -> Path:
    """A link to the directory of the socket, which a test can remove."""
    link = directory / "socket"
    link.symlink_to(cluster.directory)
    return link


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, socket_link: Path, name: str) -> Iterator[Server]:
    url = Cluster(socket_link, cluster.programs).url(name)
    environment = {
        "DATABASE_URL": url,
        "STATEMENT_TIMEOUT": "0.4",
        "METRICS_ALLOWED": "127.0.0.1",
    }
    with serve(directory, environment, commands=environment) as server:
        yield server


@pytest.mark.parametrize("headers", [{}, NDJSON])
def test_a_timeout_gives_an_api_client_json_with_retry_after(
    cluster: Cluster, name: str, api_client: httpx.Client, headers: dict[str, str]
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        response = api_client.get(LIST, headers=headers)

    assert response.status_code == 503
    assert response.json() == {"detail": "The database is busy or not available."}
    assert int(response.headers["Retry-After"]) > 0
    assert api_client.get(LIST, headers=headers).status_code == 200


def test_a_timeout_gives_a_member_an_error_page(
    cluster: Cluster, name: str, member: httpx.Client
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        response = member.get(PAGE)

    assert response.status_code == 503
    assert "Temporarily unavailable" in response.text
    assert member.get(PAGE).status_code == 200


def test_commands_have_no_statement_timeout(server: Server) -> None:
    script = "from django.db import connection as c; u = c.cursor(); u.execute({!r}); print(*u)"

    assert "('0',)" in server.manage("shell", "--command", script.format("SHOW statement_timeout"))


def test_a_process_takes_no_more_connections_than_it_has_threads(
    cluster: Cluster, name: str, api_client: httpx.Client
) -> None:
    with ThreadPoolExecutor(16) as threads:
        responses = list(threads.map(api_client.get, [LIST] * 96))

    assert {response.status_code for response in responses} == {200}
    assert cluster.execute(CONNECTIONS.format(name=name)) <= PROCESSES * THREADS


def test_waits_for_a_connection_are_measured(api_client: httpx.Client) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(api_client.get, [LIST] * 96))

    [waits] = re.findall(r"^portal_pool_waits_total (.+)$", api_client.get("/metrics").text, re.M)
    assert float(waits) > 0


def test_at_most_one_request_of_each_process_fails_after_a_restart(
    cluster: Cluster, name: str, api_client: httpx.Client
) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(api_client.get, [LIST] * 48))

    cluster.execute(TERMINATE.format(name=name))

    statuses = [api_client.get(LIST).status_code for _ in range(32)]
    assert statuses.count(200) >= len(statuses) - PROCESSES
    assert set(statuses) <= {200, 503}


def test_the_server_responds_without_a_database(
    cluster: Cluster, name: str, socket_link: Path, api_client: httpx.Client
) -> None:
    socket_link.unlink()
    cluster.execute(TERMINATE.format(name=name))

    assert api_client.get(LIST).status_code == 503
    assert api_client.get("/sign-in/").status_code == 200
    metrics = api_client.get("/metrics")
    assert (metrics.status_code, "portal_requests_total" in metrics.text) == (200, True)
    assert "portal_imports_total{" not in metrics.text

    socket_link.symlink_to(cluster.directory)
    wait_until_true(lambda: api_client.get(LIST).status_code == 200)
