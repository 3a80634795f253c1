"""One PostgreSQL for all of these tests; each module has a database and a server of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, primary
from e2e.server import EMAIL, PASSWORD, ROOT, Server

LIST = "/api/v1/organizers/bigevents/customers/"
PAGE = "/organizers/bigevents/customers/"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with primary() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def pgbouncer() -> str:
    """The path of the program."""
    given = os.environ.get("PGBOUNCER")
    return given or subprocess.check_output([ROOT / ".ci" / "find-pgbouncer"], text=True).strip()


@pytest.fixture(scope="module")
def name(request: pytest.FixtureRequest, cluster: Cluster) -> str:
    """A database for the module."""
    name: str = request.module.__name__.rpartition(".")[2]
    cluster.ask(f"CREATE DATABASE {name}")
    return name


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture
def program(server: Server) -> Iterator[httpx.Client]:
    """A program with a token that only reads."""
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def person(server: Server) -> Iterator[httpx.Client]:
    """Somebody with a browser who has signed in, some time ago."""
    with httpx.Client(base_url=server.url, timeout=30, follow_redirects=True) as client:
        client.get("/sign-in/")
        token = client.cookies["csrftoken"]
        answers = {"username": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert client.post("/sign-in/?next=/organizers/?all", data=answers).status_code == 200
        client.cookies.delete("portal_wrote")
        yield client
