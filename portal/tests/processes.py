"""Python in a process of its own, as somebody starts it on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from django.conf import settings


def run_python(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What it says and how it ends, with the path and this environment alone."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
