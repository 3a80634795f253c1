"""A query that takes too long, a server that restarts, a database that is away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, until
from e2e.postgres.conftest import LIST, PAGE
from e2e.server import Server, serve

LOCK = "LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE"
HANG_UP = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"
PROCESSES, THREADS = 2, 4
NDJSON = {"Accept": "application/x-ndjson"}


@pytest.fixture(scope="module")
def way(cluster: Cluster, directory: Path) -> Path:
    """Where the server looks for the socket, so that it can be taken away."""
    way = directory / "way"
    way.symlink_to(cluster.directory)
    return way


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, way: Path, name: str) -> Iterator[Server]:
    url = Cluster(way, cluster.programs).url(name)
    given = {"DATABASE_URL": url, "STATEMENT_TIMEOUT": "0.4"}
    with serve(directory, given, commands=given) as server:
        yield server


@pytest.mark.parametrize("headers", [{}, NDJSON])
def test_a_program_is_told_to_come_back(
    cluster: Cluster, name: str, program: httpx.Client, headers: dict[str, str]
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        response = program.get(LIST, headers=headers)

    assert response.status_code == 503
    assert response.json() == {"detail": "The database is busy or away."}
    assert int(response.headers["Retry-After"]) > 0
    assert program.get(LIST, headers=headers).status_code == 200


def test_a_person_is_shown_a_page_that_says_so(
    cluster: Cluster, name: str, person: httpx.Client
) -> None:
    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        response = person.get(PAGE)

    assert response.status_code == 503
    assert "This takes too long just now" in response.text
    assert person.get(PAGE).status_code == 200


def test_a_command_takes_its_time(server: Server) -> None:
    script = "from django.db import connection as c; u = c.cursor(); u.execute({!r}); print(*u)"

    assert "('0',)" in server.manage("shell", "--command", script.format("SHOW statement_timeout"))


def test_a_process_takes_no_more_connections_than_it_has_threads(
    cluster: Cluster, name: str, program: httpx.Client
) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(program.get, [LIST] * 96))

    assert {answer.status_code for answer in answers} == {200}
    assert cluster.ask(CONNECTIONS.format(name=name)) <= PROCESSES * THREADS


def test_a_restart_of_the_database_costs_each_process_one_request_at_most(
    cluster: Cluster, name: str, program: httpx.Client
) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(program.get, [LIST] * 48))

    cluster.ask(HANG_UP.format(name=name))

    answers = [program.get(LIST).status_code for _ in range(32)]
    assert answers.count(200) >= len(answers) - PROCESSES
    assert set(answers) <= {200, 503}


def test_while_the_database_is_away_there_is_an_answer(
    cluster: Cluster, name: str, way: Path, program: httpx.Client
) -> None:
    way.unlink()
    cluster.ask(HANG_UP.format(name=name))

    assert program.get(LIST).status_code == 503
    assert program.get("/sign-in/").status_code == 200

    way.symlink_to(cluster.directory)
    until(lambda: program.get(LIST).status_code == 200)
