"""Runs gunicorn and commands of manage.py, and measures their memory and time."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TIMEOUT: Final = 30  # seconds
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the process ids of its workers."""

    port: int
    workers: Sequence[int]

    def memory(self, field: str) -> float:
        """The memory of the largest worker in MiB.

        The field VmRSS is the current size, VmHWM the peak.
        """
        return max(_memory_of_process(worker, field) for worker in self.workers)


def make_environment(directory: Path, database_url: str) -> dict[str, str]:
    """Environment variables for production settings, with all files in the directory."""
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


@dataclass(frozen=True)
class FinishedCommand:
    """A finished command: its seconds, and the peak memory of its largest process in MiB."""

    seconds: float
    mebibytes: float


def run_management_command(environment: Environment, *command: str) -> FinishedCommand:
    """Run a command of manage.py. Raises RuntimeError with the output if the command fails."""
    log = Path(environment["VAR_DIR"]) / "manage.log"
    started = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            stop_process(process)
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"manage.py {' '.join(command)} failed:\n{log.read_text()}")
    return FinishedCommand(time.perf_counter() - started, usage.ru_maxrss / 1024)


def call_inside_django(environment: Environment, step: str, *arguments: object) -> None:
    """Call `module.function` of benchmarks in another process, with the arguments as text."""
    module = step.partition(".")[0]
    call = f"from benchmarks import {module}; {step}(*{[str(each) for each in arguments]})"
    run_management_command(environment, "shell", "--no-imports", "-c", call)


@contextlib.contextmanager
def serve(application: str, environment: Environment) -> Iterator[Server]:
    """Run gunicorn with the application during the block, at the port of the environment."""
    port = int(environment["PORT"])
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.server", application]
    log = Path(environment["VAR_DIR"]) / f"{application}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        count = int(environment["WEB_CONCURRENCY"])
        yield Server(port, _wait_for_workers(process, port, count, log))
    finally:
        stop_process(process)


def serve_floor(environment: Environment) -> contextlib.AbstractContextManager[Server]:
    """Run the server of the floor during the block, at a free port."""
    return serve("benchmarks.floor", {**environment, "PORT": str(_free_port())})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _memory_of_process(process: int, field: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


def _wait_for_workers(
    process: subprocess.Popen[bytes], port: int, count: int, log: Path
) -> list[int]:
    """Wait until the server listens and all workers run. Returns the process ids of the workers."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _attempt in range(TIMEOUT * 20):
        if process.poll() is not None:
            break
        workers = children.read_text().split()
        if len(workers) == count:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT).close()
                return [int(worker) for worker in workers]
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Terminate a server; kill the server after TIMEOUT."""
    process.terminate()
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
