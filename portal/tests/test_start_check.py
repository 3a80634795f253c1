"""The server starts only with valid settings and all migrations, or logs the reason in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.tests.processes import run_python

GUNICORN_COMMAND = ["-m", "gunicorn", "-c", "python:portal.server", "portal.wsgi"]
CHECK_COMMAND = ["-c", "from portal.start_check import can_start; print(can_start())"]
COMPLETE_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.production",
    "SECRET_KEY": "k" * 50,
    "PUBLIC_URL": "https://portal.example.org",
    "PORT": "0",
}
MIGRATE = "The database schema does not match this version. Run manage.py migrate."
UNREACHABLE_DATABASE = "postgres://x@127.0.0.1:1/x"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation with its static files, which take seconds to collect."""
    environment = {**COMPLETE_ENVIRONMENT, "VAR_DIR": str(tmp_path_factory.mktemp("installed"))}
    run_python(
        "manage.py", "collectstatic", "--noinput", "--verbosity", "0", environment=environment
    )
    return environment


@pytest.fixture
def environment(installed: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of an installation whose database has no tables."""
    return {**installed, "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3"}


def test_the_server_does_not_start_with_missing_migrations(environment: dict[str, str]) -> None:
    started = run_python(*GUNICORN_COMMAND, environment=environment)

    assert started.returncode == 1
    [line] = [line for line in started.stderr.splitlines() if "Starting gunicorn" not in line]
    assert line.endswith(f"[ERROR] {MIGRATE}")


def test_the_server_does_not_start_with_invalid_settings(environment: dict[str, str]) -> None:
    started = run_python(*GUNICORN_COMMAND, environment={**environment, "SECRET_KEY": "short"})

    assert started.returncode == 1
    [line] = [line for line in started.stderr.splitlines() if "Starting gunicorn" not in line]
    assert "[ERROR] The settings are invalid: Set SECRET_KEY to at least 32 random" in line


def test_the_server_starts_with_all_migrations(environment: dict[str, str]) -> None:
    run_python("manage.py", "migrate", "--verbosity", "0", environment=environment)

    check = run_python(*CHECK_COMMAND, environment=environment)

    assert (check.stdout, check.stderr) == ("True\n", "")


def test_the_server_starts_without_its_database(environment: dict[str, str]) -> None:
    check = run_python(
        *CHECK_COMMAND, environment={**environment, "DATABASE_URL": UNREACHABLE_DATABASE}
    )

    assert check.stdout == "True\n"
    assert ": The database cannot be used: connection failed: " in check.stderr
    assert len(check.stderr.splitlines()) == 1


def test_the_master_process_imports_no_module_that_a_reload_replaces() -> None:
    script = "import sys, portal.server; print('django' in sys.modules)"

    assert run_python("-c", script, environment=COMPLETE_ENVIRONMENT).stdout == "False\n"
