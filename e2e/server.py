"""A real Portal for tests: gunicorn, production settings, the demo, a new directory."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Tests in another virtual environment set this variable to the server's Python.
PYTHON = os.environ.get("PORTAL_PYTHON", sys.executable)
ROOT = Path(__file__).resolve().parent.parent
EMAIL = "demo@example.org"
PASSWORD = "bigevents-demo"
PROXY = "127.0.0.2"
DEMO_TOKEN = "demo-token"  # created when the demo is complete
# Options of create_token for an API client that reads pages and streams.
MAY_EXPORT = (
    "--permission=organizer.customers:read",
    "--permission=organizer.customers:export",
)
PATIENCE = 30  # seconds
COMPLAINT = re.compile(r"^.*\b(?:Traceback|ERROR|CRITICAL)\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Server:
    """A running server: its URL, and the directory of its files."""

    url: str
    directory: Path
    environment: Mapping[str, str] = field(repr=False)

    def manage(self, *arguments: str, typed: str = "") -> str:
        """The output of a command of manage.py. Raises RuntimeError if the command fails."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def manage_at_once(self, *commands: Sequence[str], typed: str = "") -> str:
        """The output of several commands in one process, because a start takes most of a second."""
        script = "from django.core.management import call_command\n"
        script += "".join(f"call_command(*{list(command)!r})\n" for command in commands)
        return self.manage("shell", "--no-imports", "--command", script, typed=typed)

    @property
    def token(self) -> str:
        """The API token of the demo."""
        return (self.directory / DEMO_TOKEN).read_text().strip()

    @property
    def log(self) -> str:
        return (self.directory / "server.log").read_text()


@contextlib.contextmanager
def serve(
    directory: Path,
    environment: Mapping[str, str] | None = None,
    *,
    commands: Mapping[str, str] | None = None,
    expected_errors: re.Pattern[str] | None = None,
) -> Iterator[Server]:
    """Run a server with the demo's customers. Its files are in the directory.

    The server uses the demo in the directory; without a demo, prepare() creates one.

    `environment` adds variables for the server, `commands` for its commands, which may use another
    DATABASE_URL.

    Raises RuntimeError if the server does not start, or if its log has an error that does not match
    `expected_errors`.
    """
    if not (directory / DEMO_TOKEN).exists():
        prepare(directory, commands)
    port = free_port()
    server = _server(directory, port, commands)
    with _gunicorn(server, port, environment or {}):
        yield server
    complaints = COMPLAINT.findall(server.log)
    if expected_errors:
        complaints = [line for line in complaints if not expected_errors.search(line)]
    if complaints:
        raise RuntimeError(f"The server complained: {complaints}\n{server.log[-4000:]}")


def prepare(directory: Path, commands: Mapping[str, str] | None = None) -> None:
    """Create the database, the static files and the demo in the directory, which can be copied."""
    server = _server(directory, 0, commands)
    server.manage_at_once(["migrate"], ["collectstatic", "--noinput"], ["prepare_demo"])


def _server(directory: Path, port: int, commands: Mapping[str, str] | None) -> Server:
    url = f"http://127.0.0.1:{port}"
    return Server(url, directory, {**_environment(url, directory, port), **(commands or {})})


def _environment(url: str, directory: Path, port: int) -> dict[str, str]:
    """The environment of the server. Only PATH and DATABASE_URL come from this process."""
    given = os.environ.get("DATABASE_URL", "")
    sqlite = f"sqlite:///{directory / 'portal.sqlite3'}"
    return {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": url,
        "PORT": str(port),
        "TRUSTED_PROXIES": PROXY,
        "ACCESS_LOG": "true",
        "FACET_MILLISECONDS": "5000",
        "OVERVIEW_MILLISECONDS": "5000",
        "VAR_DIR": str(directory),
        "DATABASE_URL": given if given.startswith("postgres") else sqlite,
    }


def free_port() -> int:
    """A port of 127.0.0.1 that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _gunicorn(server: Server, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    command = [PYTHON, "-m", "gunicorn", "-c", "python:portal.server", "portal.wsgi"]
    with (server.directory / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**server.environment, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_it_listens(process, port, server.directory / "server.log")
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server listens. Raises RuntimeError with the log if the server ends first.

    gunicorn listens before its workers have started; a request then waits for a worker.
    """
    for _attempt in range(PATIENCE * 20):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
