"""What the figures depend on beside Portal: the machine and the versions."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import django


def describe_machine() -> list[str]:
    """A line for each thing that matters; nothing that says whose machine it is."""
    return [
        f"Processor: {_first('/proc/cpuinfo', 'model name')}, {_cores()}",
        f"Memory: {memory() / 1024:.0f} GiB",
        f"System: {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, Django {django.__version__}",
    ]


def memory() -> int:
    """MiB."""
    return int(_first("/proc/meminfo", "MemTotal").split()[0]) // 1024


def _cores() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{cores} core" if cores == 1 else f"{cores} cores"


def _first(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    found = (line.partition(":")[2] for line in lines if line.startswith(name))
    return next(found, "unknown").strip()
