"""No request fails while the server reloads or restarts."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from e2e.postgres.clusters import wait_until_true
from e2e.raw import make_request_bytes, send_bytes
from e2e.server import PATIENCE, PYTHON, ROOT, Server, serve

API = "/api/v1/organizers/bigevents/customers/"
NDJSON = "Accept: application/x-ndjson"
STARTED = re.compile(r"Booting worker with pid")
ENDED = re.compile(r"Worker exiting")
WORKERS = 2
# systemd passes the socket as file descriptor 3. LISTEN_PID is the id of the receiving process.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass
class Load:
    """Clients that send requests until they are stopped, each request on a new connection."""

    server: Server
    statuses: list[int | str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def send_requests(self, *headers: str) -> None:
        token = f"Authorization: Token {self.server.token}"
        while not self.stopped.is_set():
            try:
                response = send_bytes(self.server, make_request_bytes(API, token, *headers))
                is_whole = not headers or len(response.body.splitlines()) == 5_000
                self.statuses.append(response.status if is_whole else "incomplete")
            except Exception as error:
                self.statuses.append(repr(error))

    def wait_for(self, number: int) -> None:
        """Wait until this number of further requests has ended."""
        goal = len(self.statuses) + number
        wait_until_true(lambda: len(self.statuses) >= goal)


@contextlib.contextmanager
def _running_load(server: Server) -> Iterator[Load]:
    load = Load(server)
    threads = [
        threading.Thread(target=load.send_requests, args=headers)
        for headers in [(), (), (), (NDJSON,)]
    ]
    for thread in threads:
        thread.start()
    try:
        load.wait_for(40)
        yield load
        load.wait_for(40)
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join(PATIENCE)


@pytest.fixture(scope="module")
def server(directory: Path) -> Iterator[Server]:
    with serve(directory) as server:
        yield server


def test_no_request_fails_when_the_server_reloads(server: Server) -> None:
    [master] = re.findall(r"Listening at: \S+ \((\d+)\)", server.log)

    with _running_load(server) as load:
        os.kill(int(master), signal.SIGHUP)
        wait_until_true(lambda: len(STARTED.findall(server.log)) == 2 * WORKERS)
        wait_until_true(lambda: len(ENDED.findall(server.log)) == WORKERS)

    assert {*load.statuses} == {200}


def test_no_request_fails_when_the_server_restarts_on_a_socket_of_systemd(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as processes:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        first = processes.enter_context(_server_on_socket(listener, server))
        with _running_load(replace(server, url=url)) as load:
            first.terminate()
            first.wait(PATIENCE)
            processes.enter_context(_server_on_socket(listener, server))

    assert {*load.statuses} == {200}


@contextlib.contextmanager
def _server_on_socket(listener: socket.socket, server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """A second gunicorn on a socket of this process, which stands for systemd."""
    gunicorn = ["-m", "gunicorn", "-c", "python:portal.server", "portal.wsgi"]
    with (server.directory / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [PYTHON, "-c", ACTIVATE, str(listener.fileno()), PYTHON, *gunicorn],
            cwd=ROOT,
            env=server.environment,
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
