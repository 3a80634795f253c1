"""One PostgreSQL server for these tests. Each module has a database and a web server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, run_primary
from e2e.server import EMAIL, PASSWORD, ROOT, Server, prepare

LIST = "/api/v1/organizers/bigevents/customers/"
PAGE = "/organizers/bigevents/customers/"
PREPARED = "prepared"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with run_primary() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def pgbouncer() -> str:
    """The path of PgBouncer."""
    given = os.environ.get("PGBOUNCER")
    return given or subprocess.check_output([ROOT / ".ci" / "find-pgbouncer"], text=True).strip()


@pytest.fixture(scope="session")
def prepared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a server whose demo is in the database `prepared`."""
    cluster.execute(f"CREATE DATABASE {PREPARED}")
    directory = tmp_path_factory.mktemp(PREPARED)
    prepare(directory, {"DATABASE_URL": cluster.url(PREPARED)})
    return directory


@pytest.fixture(scope="module")
def name(request: pytest.FixtureRequest, cluster: Cluster, prepared: Path) -> str:
    """The name of a new database for the module, with the demo."""
    name: str = request.module.__name__.rpartition(".")[2]
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {PREPARED}")
    return name


@pytest.fixture
def api_client(server: Server) -> Iterator[httpx.Client]:
    """An API client whose token can only read."""
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def member(server: Server) -> Iterator[httpx.Client]:
    """The browser of a member who signed in some time ago."""
    with httpx.Client(base_url=server.url, timeout=30, follow_redirects=True) as client:
        client.get("/sign-in/")
        token = client.cookies["csrftoken"]
        form = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert client.post("/sign-in/?next=/organizers/?all", data=form).status_code == 200
        client.cookies.delete("portal_wrote")
        yield client
