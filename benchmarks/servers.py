"""Gunicorn with one worker, as it serves Portal, and what the system says of that worker."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE: Final = 30  # seconds
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Server:
    """Where it answers, and the process that does."""

    port: int
    worker: int

    def memory(self, field: str) -> float:
        """MiB of the worker: VmRSS is what it has now, VmHWM the most that it ever had."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
        return int(line.split()[1]) / 1024


def make_environment(directory: Path, database_url: str) -> dict[str, str]:
    """Production's settings, nothing of the caller's; every file is kept in the directory."""
    port = _free_port()
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(directory),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "VAR_DIR": str(directory),
        "DATABASE_URL": database_url,
        "WEB_CONCURRENCY": "1",
        "FLOOR_PLAN": str(directory / "plan.json"),
    }


def manage(environment: Environment, *command: str) -> float:
    """Run a command of manage.py; how many seconds it took. Raises RuntimeError."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


@contextlib.contextmanager
def serve(application: str, environment: Environment) -> Iterator[Server]:
    """Portal at its port."""
    port = int(environment["PORT"])
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.server", application]
    log = Path(environment["VAR_DIR"]) / f"{application}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        yield Server(port, _wait_for_worker(process, port, log))
    finally:
        _stop(process)


def serve_floor(environment: Environment) -> contextlib.AbstractContextManager[Server]:
    """The floor, beside Portal."""
    return serve("benchmarks.floor", {**environment, "PORT": str(_free_port())})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_worker(process: subprocess.Popen[bytes], port: int, log: Path) -> int:
    """Its process number, once the server listens and the worker is there."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _attempt in range(PATIENCE * 20):
        if process.poll() is not None:
            break
        if workers := children.read_text().split():
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                return int(workers[0])
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
