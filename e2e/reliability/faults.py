"""Real faults: processes killed or suspended, locks, a full disk, connections that break."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from e2e.nginx import Nginx
from e2e.postgres.clusters import Cluster, start_server, stop_server, wait_until_true
from e2e.raw import make_request_bytes
from e2e.reliability.observation import LIST
from e2e.server import PATIENCE, Server

MOUNT: Final = "/bin/mount"
UMOUNT: Final = "/bin/umount"
BACKENDS: Final = "SELECT array_agg(pid) FROM pg_stat_activity"
TERMINATE: Final = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'portal'"
    " AND pid <> pg_backend_pid()"
)
LOCK: Final = "LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE"
READ_ONLY: Final = "ALTER SYSTEM SET default_transaction_read_only = on"
WRITABLE: Final = "ALTER SYSTEM RESET default_transaction_read_only"


@contextlib.contextmanager
def postgresql_stopped(cluster: Cluster) -> Iterator[None]:
    """Stop PostgreSQL as in a crash, and start PostgreSQL at the end."""
    stop_server(cluster)
    yield
    start_server(cluster)


@contextlib.contextmanager
def postgresql_suspended(cluster: Cluster) -> Iterator[None]:
    """Suspend all processes of PostgreSQL: connections stay open without a reply."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    processes = [postmaster, *cluster.execute(BACKENDS)]
    _send_signal(signal.SIGSTOP, processes)
    try:
        yield
    finally:
        _send_signal(signal.SIGCONT, processes)


@contextlib.contextmanager
def backend_killed(cluster: Cluster) -> Iterator[None]:
    """Kill one backend, as the kernel does when memory runs out.

    PostgreSQL then restarts all backends.
    """
    pid = cluster.execute(f"{BACKENDS} WHERE datname = 'portal' AND pid <> pg_backend_pid()")[0]
    os.kill(pid, signal.SIGKILL)
    yield


@contextlib.contextmanager
def connections_terminated(cluster: Cluster) -> Iterator[None]:
    """Terminate all connections of Portal, as an operator does."""
    cluster.execute(TERMINATE)
    yield


@contextlib.contextmanager
def table_locked(cluster: Cluster) -> Iterator[None]:
    """Lock the table of customers, as a migration does."""
    with cluster.connect() as other, other.transaction():
        other.execute(LOCK)
        yield


@contextlib.contextmanager
def postgresql_read_only(cluster: Cluster) -> Iterator[None]:
    """Make all transactions read-only."""
    with cluster.connect() as operator:
        operator.execute(READ_ONLY)
        operator.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            operator.execute("SET default_transaction_read_only = off")
            operator.execute(WRITABLE)
            operator.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def sqlite_locked(path: Path) -> Iterator[None]:
    """Let another process hold the write lock of SQLite."""
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.rollback()


@contextlib.contextmanager
def disk_full(directory: Path) -> Iterator[None]:
    """Fill the file system of the directory."""
    ballast = directory / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextlib.contextmanager
def small_file_system(directory: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory, mounted on the directory. Only root may mount."""
    size = f"size={megabytes}m"
    subprocess.run([MOUNT, "-t", "tmpfs", "-o", size, "tmpfs", directory], check=True)
    try:
        yield directory
    finally:
        subprocess.run([UMOUNT, "--lazy", directory], check=True)


@contextlib.contextmanager
def worker_killed(master: int) -> Iterator[None]:
    """Kill one process of the web server, as the kernel does when memory runs out."""
    os.kill(_worker_processes(master)[0], signal.SIGKILL)
    yield


@contextlib.contextmanager
def server_reloaded(master: int) -> Iterator[None]:
    """Reload the web server, which replaces its processes."""
    before = {*_worker_processes(master)}
    os.kill(master, signal.SIGHUP)
    wait_until_true(lambda: bool(now := {*_worker_processes(master)}) and not now & before)
    yield


def _worker_processes(master: int) -> list[int]:
    children = Path(f"/proc/{master}/task/{master}/children")
    return [int(pid) for pid in children.read_text().split()]


def _send_signal(number: signal.Signals, processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):  # The process may have ended.
            os.kill(process, number)


@contextlib.contextmanager
def slow_clients(nginx: Nginx, token: str, number: int) -> Iterator[None]:
    """Half of the clients send a request byte by byte; the other half read a long stream slowly."""
    clients = [_send_slowly, _read_slowly] * (number // 2)
    with _running_in_threads(partial(client, nginx, token) for client in clients):
        yield


@contextlib.contextmanager
def _running_in_threads(clients: Iterable[Callable[[threading.Event], None]]) -> Iterator[None]:
    """Run each client in a thread. Each client gets an event, which is set at the end."""
    stop = threading.Event()
    threads = [threading.Thread(target=client, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _send_slowly(nginx: Nginx, token: str, stop: threading.Event) -> None:
    with nginx.connect() as connection:
        for byte in _stream_request(token):
            if stop.wait(0.2):
                return
            connection.sendall(bytes([byte]))


def _read_slowly(nginx: Nginx, token: str, stop: threading.Event) -> None:
    with nginx.connect() as connection:
        connection.sendall(_stream_request(token))
        while not stop.wait(0.2):
            connection.recv(100)


def _stream_request(token: str) -> bytes:
    return make_request_bytes(LIST, f"Authorization: Token {token}", "Accept: application/x-ndjson")


@contextlib.contextmanager
def many_sign_ins(server: Server, number: int) -> Iterator[None]:
    """Let this number of clients try passwords without a pause."""
    with _running_in_threads([partial(_try_passwords, server)] * number):
        yield


def _try_passwords(server: Server, stop: threading.Event) -> None:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        client.get("/sign-in/")
        token = client.cookies["csrftoken"]
        form = {"username": "x@example.org", "password": "x", "csrfmiddlewaretoken": token}
        while not stop.is_set():
            client.post("/sign-in/", data=form)
