"""A version of Portal: a checkout with its own virtual environment, served by gunicorn."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.servers import stop_process

HOST: Final = "portal.example.org"
TIMEOUT: Final = 30  # seconds
ERROR_LINE: Final = re.compile(r"^.*\b(?:Traceback|ERROR|CRITICAL)\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class PortalVersion:
    """A version: its checkout, the directory for its files, and its port."""

    name: str
    checkout: Path
    directory: Path
    database_url: str
    secret_key: str
    port: int
    settings: Mapping[str, str]

    @property
    def python(self) -> str:
        """The Python of the checkout's virtual environment, with the packages of the version."""
        return str(self.checkout / ".venv" / "bin" / "python")

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables.

        Versions differ only in ports and directories, so links are equal.
        """
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.directory),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "SECRET_KEY": self.secret_key,
            "PUBLIC_URL": f"http://{HOST}",
            "PORT": str(self.port),
            "VAR_DIR": str(self.directory),
            "DATABASE_URL": self.database_url,
            "WEB_CONCURRENCY": "1",
            "STATEMENT_TIMEOUT": "30",
            **self.settings,
        }

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    @property
    def logged_errors(self) -> list[str]:
        """Lines of the log that report an error."""
        return [f"{self.name}: {line}" for line in ERROR_LINE.findall(self.log.read_text())]

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """The output of a command of manage.py. Raises RuntimeError if the command fails."""
        done = subprocess.run(
            [self.python, "manage.py", *arguments],
            cwd=self.checkout,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            output = f"{done.stdout}{done.stderr}"
            raise RuntimeError(f"{self.name}: manage.py {arguments[0]} failed:\n{output}")
        return done.stdout


def free_ports(count: int) -> list[int]:
    """Different free ports. All are bound at the same time, so that none is returned twice."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _number in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@contextlib.contextmanager
def run_server_of_version(version: PortalVersion) -> Iterator[None]:
    """Run the server of the version during the block."""
    command = [version.python, "-m", "gunicorn", "-c", "python:portal.server", "portal.wsgi"]
    with version.log.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=version.checkout, env=version.environment, stdout=log, stderr=log
        )
    try:
        _wait_until_it_listens(version, process)
        yield
    finally:
        stop_process(process)


def _wait_until_it_listens(version: PortalVersion, process: subprocess.Popen[bytes]) -> None:
    """gunicorn listens before its worker has started; a request then waits for the worker."""
    for _attempt in range(TIMEOUT * 20):
        if process.poll() is not None:
            break
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", version.port), timeout=TIMEOUT).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{version.name}: no server:\n{version.log.read_text()}")
