"""PgBouncer in transaction mode: many requests over two connections to PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from e2e.postgres.clusters import SERVER_CONNECTIONS, Cluster, run_pgbouncer
from e2e.postgres.conftest import LIST, PAGE
from e2e.server import ROOT, Server, serve

DETAIL = f"{LIST}8WSAJCJ/"
STREAM = {"Accept": "application/x-ndjson"}
CAPTURE = ROOT / "portal/customers/tests/importing/capture/page-1.json"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"
CURSORS = "SELECT count(*) FROM pg_cursors"
ROUNDS = 10


@pytest.fixture(scope="module")
def pooled(cluster: Cluster, pgbouncer: str) -> Iterator[Cluster]:
    with run_pgbouncer(cluster, pgbouncer) as pooled:
        yield pooled


@pytest.fixture(scope="module")
def server(cluster: Cluster, pooled: Cluster, directory: Path, name: str) -> Iterator[Server]:
    environment = {"DATABASE_URL": pooled.url(name), "STATEMENT_TIMEOUT": "0"}
    with serve(directory, environment, commands={"DATABASE_URL": cluster.url(name)}) as server:
        yield server


def test_many_requests_share_few_connections(
    cluster: Cluster, name: str, api_client: httpx.Client, member: httpx.Client
) -> None:
    requests = [
        *[(api_client, LIST), (api_client, f"{LIST}?search=doe"), (api_client, DETAIL)],
        *[(member, PAGE), (member, f"{PAGE}8WSAJCJ/")],
    ]

    with ThreadPoolExecutor(12) as threads:
        responses = list(threads.map(lambda each: each[0].get(each[1]), requests * ROUNDS))

    assert [response.status_code for response in responses] == [200] * len(responses)
    assert all(response.text == responses[0].text for response in responses[:: len(requests)])
    # This query connects to another database, so its own connection is not counted.
    assert cluster.execute(CONNECTIONS.format(name=name)) <= SERVER_CONNECTIONS


def test_concurrent_streams_are_complete(api_client: httpx.Client) -> None:
    count = api_client.get(LIST).json()["count"]

    with ThreadPoolExecutor(2) as threads:
        streams = list(threads.map(lambda _: api_client.get(LIST, headers=STREAM), range(12)))

    for stream in streams:
        lines = [json.loads(line)["identifier"] for line in stream.text.splitlines()]
        assert len(lines) == len({*lines}) == count


def test_a_stream_leaves_no_cursor_behind(
    pooled: Cluster, name: str, api_client: httpx.Client
) -> None:
    with api_client.stream("GET", LIST, headers=STREAM) as response:
        next(response.iter_lines())

    assert api_client.get(LIST).status_code == 200
    assert pooled.execute(CURSORS, name) == 0


def test_the_statement_timeout_of_pgbouncer_cancels_a_query(
    cluster: Cluster, name: str, api_client: httpx.Client
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute("LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE")
        assert api_client.get(LIST).status_code == 503

    assert api_client.get(LIST).status_code == 200


def test_an_import_runs_through_pgbouncer(
    pooled: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    before = api_client.get(LIST).json()["count"]
    environment = {**server.environment, "DATABASE_URL": pooled.url(name)}
    pooled_server = Server(server.url, server.directory, environment)

    output = pooled_server.manage("import_customers", "bigevents", str(CAPTURE))

    assert "50 created" in output
    assert api_client.get(LIST).json()["count"] == before + 50
    assert "50 unchanged" in pooled_server.manage("import_customers", "bigevents", str(CAPTURE))


def test_pgbouncer_rejects_a_statement_timeout_in_the_options(pooled: Cluster, name: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter: options"):
        psycopg.connect(pooled.url(name), options="-c statement_timeout=10000")
