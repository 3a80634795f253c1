"""The real PgBouncer in transaction mode: many requests over two connections to the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from e2e.postgres.clusters import SERVER_CONNECTIONS, Cluster, pooler
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
    with pooler(cluster, pgbouncer) as pooled:
        yield pooled


@pytest.fixture(scope="module")
def server(cluster: Cluster, pooled: Cluster, directory: Path, name: str) -> Iterator[Server]:
    requests = {"DATABASE_URL": pooled.url(name), "STATEMENT_TIMEOUT": "0"}
    with serve(directory, requests, commands={"DATABASE_URL": cluster.url(name)}) as server:
        yield server


def test_many_requests_share_few_connections(
    cluster: Cluster, name: str, program: httpx.Client, person: httpx.Client
) -> None:
    asked = [
        *[(program, LIST, {}), (program, f"{LIST}?search=doe", {}), (program, DETAIL, {})],
        *[(program, LIST, STREAM), (person, PAGE, {}), (person, f"{PAGE}8WSAJCJ/", {})],
    ]

    with ThreadPoolExecutor(12) as threads:
        answers = list(
            threads.map(lambda each: each[0].get(each[1], headers=each[2]), asked * ROUNDS)
        )

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert all(answer.text == answers[0].text for answer in answers[:: len(asked)])
    # The one that asks is a connection to another database.
    assert cluster.ask(CONNECTIONS.format(name=name)) <= SERVER_CONNECTIONS


def test_streams_at_once_are_each_complete(program: httpx.Client) -> None:
    count = program.get(LIST).json()["count"]

    with ThreadPoolExecutor(6) as threads:
        streams = list(threads.map(lambda _: program.get(LIST, headers=STREAM), range(12)))

    for stream in streams:
        lines = [json.loads(line)["identifier"] for line in stream.text.splitlines()]
        assert len(lines) == len({*lines}) == count


def test_a_stream_leaves_no_cursor_behind(
    pooled: Cluster, name: str, program: httpx.Client
) -> None:
    with program.stream("GET", LIST, headers=STREAM) as response:
        next(response.iter_lines())

    assert program.get(LIST).status_code == 200
    assert pooled.ask(CURSORS, name) == 0


def test_a_query_over_the_time_of_the_pooler_is_given_up(
    cluster: Cluster, name: str, program: httpx.Client
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute("LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE")
        assert program.get(LIST).status_code == 503

    assert program.get(LIST).status_code == 200


def test_an_import_passes_as_well(
    pooled: Cluster, name: str, server: Server, program: httpx.Client
) -> None:
    before = program.get(LIST).json()["count"]
    environment = {**server.environment, "DATABASE_URL": pooled.url(name)}
    through = Server(server.url, server.directory, environment)

    printed = through.manage("import_customers", "bigevents", str(CAPTURE))

    assert "50 created" in printed
    assert program.get(LIST).json()["count"] == before + 50
    assert "50 unchanged" in through.manage("import_customers", "bigevents", str(CAPTURE))


def test_a_limit_that_it_does_not_pass_on_is_refused_loudly(pooled: Cluster, name: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter: options"):
        psycopg.connect(pooled.url(name), options="-c statement_timeout=10000")
