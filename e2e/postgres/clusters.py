"""PostgreSQL servers, replicas and PgBouncer, on sockets in private directories."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import psycopg

from e2e.server import PATIENCE, ROOT

PROGRAM_DIRECTORY: Final = "SELECT setting FROM pg_config WHERE name = 'BINDIR'"
POOLER_PORT: Final = 6432
SERVER_CONNECTIONS: Final = 2
# Short intervals, so that tests of the replica do not wait for seconds.
REPLICA_OPTIONS: Final = (
    "-c listen_addresses= -c fsync=off -c wal_retrieve_retry_interval=100ms"
    " -c wal_receiver_status_interval=1s -c unix_socket_directories={directory}"
)
POOLER: Final = """\
[databases]
* = host={directory} user=portal pool_size={size} connect_query='SET statement_timeout = 500'
[pgbouncer]
pool_mode = transaction
listen_port = {port}
unix_socket_dir = {own}
auth_type = any
"""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server with its socket in this directory."""

    directory: Path
    programs: Path
    port: int = 5432

    def url(self, name: str) -> str:
        return f"postgres://portal@{quote(str(self.directory), safe='')}:{self.port}/{name}"

    def connect(self, name: str = "portal") -> psycopg.Connection[Any]:
        """A connection of the superuser, in autocommit mode."""
        return psycopg.connect(self.url(name), autocommit=True)

    def execute(self, sql: str, name: str = "portal") -> Any:
        """Execute a statement; return the first column of the first row, or None without rows."""
        with self.connect(name) as connection:
            cursor = connection.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    @property
    def data(self) -> Path:
        return self.directory / "cluster"


@contextlib.contextmanager
def run_primary() -> Iterator[Cluster]:
    """The server of .ci/with-postgres, whose command runs until its standard input is closed."""
    command = [ROOT / ".ci" / "with-postgres", "sh", "-c", 'echo "$DATABASE_URL"; cat']
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        url = process.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            [programs] = connection.execute(PROGRAM_DIRECTORY).fetchone() or []
        yield Cluster(Path(unquote(urlsplit(url).netloc.partition("@")[2])), Path(programs))
        process.stdin.close()


@contextlib.contextmanager
def run_replica_of(cluster: Cluster) -> Iterator[Cluster]:
    """A streaming replica of the cluster."""
    with _private_directory(cluster) as directory:
        replica = Cluster(directory, cluster.programs)
        backup = ["-h", str(cluster.directory), "-U", "portal", "-D", str(replica.data)]
        run_program(
            cluster, "pg_basebackup", *backup, "-R", "-X", "stream", "-c", "fast", "--no-sync"
        )
        start_server(replica)
        try:
            yield replica
        finally:
            stop_server(replica)


def start_server(cluster: Cluster) -> None:
    """Start or restart a replica."""
    log = cluster.directory / "log"
    options = REPLICA_OPTIONS.format(directory=cluster.directory)
    run_program(
        cluster, "pg_ctl", "-D", str(cluster.data), "-w", "-l", str(log), "-o", options, "start"
    )


def stop_server(cluster: Cluster) -> None:
    """Stop a running replica at once, as in a crash."""
    if (cluster.data / "postmaster.pid").exists():
        run_program(cluster, "pg_ctl", "-D", str(cluster.data), "-w", "-m", "immediate", "stop")


def run_program(cluster: Cluster, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL as the owner of the cluster's directory. Raises RuntimeError."""
    with tempfile.TemporaryFile() as output:
        # The output goes to a file, because the server would inherit a pipe and keep it open.
        done = subprocess.run(
            [cluster.programs / program, *arguments],
            cwd=cluster.directory,
            stdout=output,
            stderr=output,
            check=False,
            **_as_owner(cluster.directory),
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{program}: {output.read().decode()}")


@contextlib.contextmanager
def run_pgbouncer(cluster: Cluster, program: str) -> Iterator[Cluster]:
    """PgBouncer in transaction mode, with few connections to the cluster."""
    with _private_directory(cluster) as own:
        values = {"directory": cluster.directory, "size": SERVER_CONNECTIONS, "own": own}
        settings = own / "pgbouncer.ini"
        settings.write_text(POOLER.format(port=POOLER_PORT, **values))
        with (own / "log").open("wb") as log:
            command = [program, "-q", str(settings)]
            process = subprocess.Popen(command, stdout=log, stderr=log, **_as_owner(own))
        try:
            wait_until_true(lambda: (own / f".s.PGSQL.{POOLER_PORT}").exists())
            yield Cluster(own, cluster.programs, POOLER_PORT)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_until_true(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true. Raises TimeoutError."""
    pause = threading.Event()
    for _attempt in range(PATIENCE * 20):
        if condition():
            return
        pause.wait(0.05)
    raise TimeoutError


@contextlib.contextmanager
def _private_directory(cluster: Cluster) -> Iterator[Path]:
    """A directory in /tmp instead of TMPDIR: the path of a socket has at most 107 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
    owner = cluster.directory.stat()
    try:
        os.chown(directory, owner.st_uid, owner.st_gid)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _as_owner(directory: Path) -> dict[str, Any]:
    """Options of subprocess: PostgreSQL and PgBouncer do not run as root."""
    owner = directory.stat()
    if os.geteuid() != 0:
        return {}
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
