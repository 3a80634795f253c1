"""The conditions of a benchmark: the day, the machine and the versions."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import django


def utc_date() -> str:
    """The date in UTC."""
    return datetime.now(UTC).date().isoformat()


def describe_machine() -> list[str]:
    """Lines about the machine, without its host name and owner."""
    return [
        f"Processor: {_first_value('/proc/cpuinfo', 'model name')}, {_core_count()}",
        f"Memory: {memory() / 1024:.0f} GiB",
        f"System: {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, Django {django.__version__}",
    ]


def memory() -> int:
    """The memory of the machine in MiB."""
    return int(_first_value("/proc/meminfo", "MemTotal").split()[0]) // 1024


def _core_count() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{cores} core" if cores == 1 else f"{cores} cores"


def _first_value(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    found = (line.partition(":")[2] for line in lines if line.startswith(name))
    return next(found, "unknown").strip()
