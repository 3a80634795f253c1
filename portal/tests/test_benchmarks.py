"""The benchmarks run without errors. Their results are in benchmarks/RESULTS.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.skipif(connection.vendor != "sqlite", reason="their servers are on SQLite")
def test_the_benchmarks_run_on_few_customers(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    options = ["--quick", "--only", "sqlite", "--results", str(results)]
    command = [sys.executable, "-m", "benchmarks", *options]

    done = subprocess.run(  # noqa: S603
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    report = results.read_text()
    assert "| JSON list, first page " in report
    assert " 0 requests failed." in report
