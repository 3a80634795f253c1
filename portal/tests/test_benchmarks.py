"""The benchmarks run without errors on few customers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
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
    assert " 0 requests failed." in " ".join(report.split())


@pytest.mark.database
@pytest.mark.skipif(connection.vendor != "postgresql", reason="it fills PostgreSQL")
def test_changes_are_measured_beside_a_history(tmp_path: Path) -> None:
    results = tmp_path / "CHANGES.md"
    sizes = ["--customers", "300", "--events", "3000", "--requests", "2", "--imported", "50"]
    sizes += ["--results", str(results)]
    command = [sys.executable, "-m", "benchmarks.changes", *sizes]

    with empty_database() as url:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    report = results.read_text()
    assert "600 customers and 3,000 events" in report
    assert "| Save all fields " in report
    assert "Import of 50 changes: " in report


@contextmanager
def empty_database() -> Iterator[str]:
    """The URL of a new, empty database on the PostgreSQL server of the tests."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE benchmark_of_changes")
        try:
            yield urlsplit(server)._replace(path="/benchmark_of_changes").geturl()
        finally:
            admin.execute("DROP DATABASE benchmark_of_changes WITH (FORCE)")
