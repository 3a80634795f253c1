"""The command line where nothing works yet: a line that helps, and no traceback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from portal.tests.processes import run_python

ASK = ["create_token", "bigevents", "--name", "x"]
MIGRATE = "The database is not that of this version. Run manage.py migrate."


def _say(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """What manage.py makes of it with this environment alone."""
    return run_python("manage.py", *arguments, environment=environment)


def _empty_database(folder: Path) -> str:
    """One without tables; on PostgreSQL they are in a schema that is not looked at."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return f"{url}?options=-c%20search_path%3Dnothing"
    return f"sqlite:///{folder / 'empty.sqlite3'}"


def test_a_database_without_tables_is_to_be_migrated(tmp_path: Path) -> None:
    said = _say(ASK, DATABASE_URL=_empty_database(tmp_path))

    assert (said.returncode, said.stdout, said.stderr) == (1, "", f"{MIGRATE}\n")


def test_the_embedded_database_needs_no_folder_to_be_made(tmp_path: Path) -> None:
    said = _say(ASK, VAR_DIR=str(tmp_path / "new" / "var"))

    assert said.stderr == f"{MIGRATE}\n"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://x@127.0.0.1:1/x", "port 1 failed: Connection refused"),
        ("sqlite:////nowhere/x.sqlite3", "unable to open database file"),
    ],
)
def test_a_database_that_does_not_answer_is_said_at_once(url: str, words: str) -> None:
    said = _say(ASK, DATABASE_URL=url)

    assert said.returncode == 1
    assert said.stderr.startswith("The database cannot be used: ")
    assert words in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL has to begin with sqlite:/// or postgres"),
        ({"DATABASE_URL": "portal.sqlite3"}, "DATABASE_URL has to begin with sqlite:/// or post"),
        ({"DATABASE_REPLICA_URL": "sqlite:///x"}, "DATABASE_REPLICA_URL has to begin with postgr"),
        ({"DATABASE_REPLICA_URL": "mysql://x/y"}, "DATABASE_REPLICA_URL has to begin with postgr"),
        ({"TRUSTED_PROXIES": "10.0.0.1/99"}, "TRUSTED_PROXIES: '10.0.0.1/99' does not appear"),
        ({"STATEMENT_TIMEOUT": "ten"}, 'variable "STATEMENT_TIMEOUT" invalid: Not a valid number'),
        ({"DJANGO_SETTINGS_MODULE": "portal.settings.production"}, "Set SECRET_KEY to at least"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], words: str) -> None:
    said = _say(ASK, **environment)

    assert said.returncode == 1
    assert said.stderr.startswith("Something is wrong with the settings: ")
    assert words in said.stderr
    assert "Traceback" not in said.stderr


def test_a_traceback_can_be_had() -> None:
    said = _say([*ASK, "--traceback"], DATABASE_URL="mysql://x/y")

    assert "Traceback" in said.stderr


def test_what_a_command_refuses_is_said_as_ever() -> None:
    said = _say(["nothing"])

    assert said.returncode == 1
    assert said.stderr.startswith("Unknown command: 'nothing'")
