"""`/livez` and `/readyz` while PostgreSQL runs, is stopped, or does not respond."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from e2e.postgres.clusters import Cluster, wait_until_true
from e2e.server import Server, serve

HOST = {"Host": "10.0.0.7"}
NOT_READY = {"database": "failed", "migrations": "unknown", "static_files": "ok"}


@pytest.fixture(scope="module")
def socket_link(directory: Path) -> Path:
    """A link to the directory of the socket. Without the link, the server has no database."""
    return directory / "socket"


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, socket_link: Path, name: str) -> Iterator[Server]:
    """A server that starts before its database."""
    environment = {"DATABASE_URL": Cluster(socket_link, cluster.programs).url(name)}
    commands = {"DATABASE_URL": cluster.url(name)}
    with serve(directory, environment, commands=commands) as server:
        wait_until_true(lambda: _get(server, "/readyz").status_code == 503)
        socket_link.symlink_to(cluster.directory)
        yield server


def _get(server: Server, path: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers=HOST, timeout=10)


@contextmanager
def _stopped_cluster(cluster: Cluster) -> Iterator[None]:
    """PostgreSQL neither accepts nor rejects connections, like a crashed host."""
    process = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_server_that_started_before_its_database_becomes_ready(server: Server) -> None:
    wait_until_true(lambda: _get(server, "/readyz").status_code == 200)

    assert _get(server, "/livez").status_code == 200


def test_a_server_without_its_database_is_alive_and_not_ready(
    cluster: Cluster, server: Server, socket_link: Path
) -> None:
    socket_link.unlink()
    try:
        # Each process caches the results of the checks for a second.
        wait_until_true(lambda: _get(server, "/readyz").json()["checks"] == NOT_READY)
        assert _get(server, "/livez").status_code == 200
        assert "socket" not in _get(server, "/readyz").text
    finally:
        socket_link.symlink_to(cluster.directory)

    wait_until_true(lambda: _get(server, "/readyz").status_code == 200)


def test_probes_respond_at_once_if_the_database_does_not_respond(
    cluster: Cluster, server: Server
) -> None:
    with _stopped_cluster(cluster):
        wait_until_true(lambda: _get(server, "/readyz").status_code == 503)
        started = monotonic()
        response = _get(server, "/readyz")
        seconds = monotonic() - started
        assert _get(server, "/livez").elapsed.total_seconds() < 1

    assert seconds < 4
    assert response.json()["checks"]["static_files"] == "ok"
    wait_until_true(lambda: _get(server, "/readyz").status_code == 200)
