"""manage.py reports errors of an installation in one line, without a traceback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from portal.tests.processes import run_python

COMMAND = ["create_token", "bigevents", "--name", "x"]
MIGRATE = "The database schema does not match this version. Run manage.py migrate."


def _manage(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs manage.py. The process has only PATH and these environment variables."""
    return run_python("manage.py", *arguments, environment=environment)


def _empty_database(folder: Path) -> str:
    """The URL of a database without tables. On PostgreSQL, the search path has no tables."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return f"{url}?options=-c%20search_path%3Dnothing"
    return f"sqlite:///{folder / 'empty.sqlite3'}"


def test_a_database_without_tables_needs_migrations(tmp_path: Path) -> None:
    completed = _manage(COMMAND, DATABASE_URL=_empty_database(tmp_path))

    assert (completed.returncode, completed.stdout, completed.stderr) == (1, "", f"{MIGRATE}\n")


def test_the_folder_of_the_default_database_is_created(tmp_path: Path) -> None:
    completed = _manage(COMMAND, VAR_DIR=str(tmp_path / "new" / "var"))

    assert completed.stderr == f"{MIGRATE}\n"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgres://x@127.0.0.1:1/x", "port 1 failed: Connection refused"),
        ("sqlite:////nowhere/x.sqlite3", "unable to open database file"),
    ],
)
def test_a_database_without_a_connection_is_reported(url: str, reason: str) -> None:
    completed = _manage(COMMAND, DATABASE_URL=url)

    assert completed.returncode == 1
    assert completed.stderr.startswith("The database cannot be used: ")
    assert reason in completed.stderr
    assert "Traceback" not in completed.stderr


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL has to begin with sqlite:/// or postgres"),
        ({"DATABASE_URL": "portal.sqlite3"}, "DATABASE_URL has to begin with sqlite:/// or post"),
        ({"DATABASE_REPLICA_URL": "sqlite:///x"}, "DATABASE_REPLICA_URL has to begin with postgr"),
        ({"DATABASE_REPLICA_URL": "mysql://x/y"}, "DATABASE_REPLICA_URL has to begin with postgr"),
        ({"TRUSTED_PROXIES": "10.0.0.1/99"}, "TRUSTED_PROXIES: '10.0.0.1/99' does not appear"),
        ({"STATEMENT_TIMEOUT": "ten"}, 'variable "STATEMENT_TIMEOUT" invalid: Not a valid number'),
        ({"DJANGO_SETTINGS_MODULE": "portal.settings.production"}, "Set SECRET_KEY to at least"),
        ({"DATABASE_URL_FILE": "/nowhere"}, "value of DATABASE_URL_FILE must be a readable file"),
    ],
)
def test_an_invalid_setting_is_reported(environment: dict[str, str], reason: str) -> None:
    completed = _manage(COMMAND, **environment)

    assert completed.returncode == 1
    assert completed.stderr.startswith("The settings are invalid: ")
    assert reason in completed.stderr
    assert "Traceback" not in completed.stderr


def test_the_option_traceback_shows_a_traceback() -> None:
    completed = _manage([*COMMAND, "--traceback"], DATABASE_URL="mysql://x/y")

    assert "Traceback" in completed.stderr


def test_errors_of_commands_are_reported_by_django() -> None:
    completed = _manage(["nothing"])

    assert completed.returncode == 1
    assert completed.stderr.startswith("Unknown command: 'nothing'")
