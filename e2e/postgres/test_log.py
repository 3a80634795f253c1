"""The log of PostgreSQL with the settings of docs/deployment.md: no values of customers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from e2e.postgres.clusters import Cluster, until
from e2e.postgres.conftest import LIST
from e2e.server import ROOT, Server, serve

TERM = "zoe-private"
LOCK = "LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE"
ALTER = re.compile(r'"(ALTER DATABASE portal SET [^"]+)"')


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, name: str) -> Iterator[Server]:
    commands = ALTER.findall((ROOT / "docs" / "deployment.md").read_text())
    assert len(commands) == 2
    for command in commands:
        cluster.execute(command.replace("portal", name, 1))
    environment = {"DATABASE_URL": cluster.url(name)}
    with serve(
        directory, {**environment, "STATEMENT_TIMEOUT": "0.4"}, commands=environment
    ) as server:
        yield server


def _log(cluster: Cluster) -> str:
    return (cluster.directory / "log").read_text()


def test_a_search_that_is_cancelled_is_logged_without_its_term(
    cluster: Cluster, name: str, api_client: httpx.Client
) -> None:
    before = len(_log(cluster))

    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        assert api_client.get(f"{LIST}?search={TERM}").status_code == 503

    until(lambda: "canceling statement due to statement timeout" in _log(cluster)[before:])
    assert TERM not in _log(cluster)


@pytest.mark.usefixtures("server")
def test_a_duplicate_is_logged_without_its_value(cluster: Cluster, name: str) -> None:
    with cluster.connect(name) as connection:
        connection.execute("CREATE TABLE unique_emails (email text UNIQUE)")
        connection.execute("INSERT INTO unique_emails VALUES (%s)", [TERM])

        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO unique_emails VALUES (%s)", [TERM])

    until(lambda: "duplicate key value violates unique constraint" in _log(cluster))
    assert TERM not in _log(cluster)
