"""The settings of production: required variables, static files, secure cookies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from portal.tests.processes import run_python

ROOT: Path = settings.BASE_DIR
SETTINGS_MODULES = ["development", "production", "test"]
MAX_LINES = 25
COMPLETE_ENVIRONMENT = {"SECRET_KEY": "k" * 50, "PUBLIC_URL": "https://portal.example.org"}
START_SCRIPT = "import django; django.setup()"
READ_SETTING_SCRIPT = (
    "from django.conf import settings; settings.DEBUG"  # Four times as fast as START_SCRIPT.
)
PRINT_COOKIE_SETTINGS = """
from django.conf import settings
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
"""


def _start_server(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script with the production settings and only these environment variables."""
    given = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "DATABASE_URL": "sqlite://:memory:",
        **environment,
    }
    return run_python("-c", script, environment=given)


def test_production_starts_with_a_secret_key_and_a_public_url() -> None:
    started = _start_server(START_SCRIPT, **COMPLETE_ENVIRONMENT)

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize("missing", COMPLETE_ENVIRONMENT)
def test_production_does_not_start_without_a_required_variable(missing: str) -> None:
    environment = {name: value for name, value in COMPLETE_ENVIRONMENT.items() if name != missing}

    started = _start_server(READ_SETTING_SCRIPT, **environment)

    assert started.returncode != 0
    assert f"ImproperlyConfigured: Set {missing}" in started.stderr


def test_production_rejects_a_public_url_without_a_scheme() -> None:
    started = _start_server(
        READ_SETTING_SCRIPT, **{**COMPLETE_ENVIRONMENT, "PUBLIC_URL": "portal.example.org"}
    )

    assert "ImproperlyConfigured: Set PUBLIC_URL" in started.stderr


def test_production_does_not_start_without_static_files(tmp_path: Path) -> None:
    started = _start_server("import portal.wsgi", VAR_DIR=str(tmp_path), **COMPLETE_ENVIRONMENT)

    assert started.returncode != 0
    assert "ImproperlyConfigured: Run manage.py collectstatic" in started.stderr


def test_production_rejects_a_short_secret_key() -> None:
    started = _start_server(READ_SETTING_SCRIPT, **{**COMPLETE_ENVIRONMENT, "SECRET_KEY": "short"})

    assert "ImproperlyConfigured: Set SECRET_KEY" in started.stderr


def test_production_reads_variables_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(f"{'f' * 50}\n")
    (tmp_path / "database-url").write_text("sqlite:////nowhere/x.sqlite3\n")
    script = "from django.conf import settings as s; print(s.SECRET_KEY, s.DATABASES)"
    files = {
        "SECRET_KEY_FILE": str(tmp_path / "secret-key"),
        "DATABASE_URL_FILE": str(tmp_path / "database-url"),
    }

    started = _start_server(script, PUBLIC_URL=COMPLETE_ENVIRONMENT["PUBLIC_URL"], **files)

    assert started.stdout.startswith(f"{'f' * 50} {{")
    assert "'/nowhere/x.sqlite3'" in started.stdout


def test_production_reads_former_secret_keys() -> None:
    script = "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"

    started = _start_server(
        script, SECRET_KEY_FALLBACKS=f"{'a' * 32},{'b' * 32}", **COMPLETE_ENVIRONMENT
    )

    assert started.stdout.strip() == str(["a" * 32, "b" * 32])


@pytest.mark.parametrize("fallbacks", ["short", f"{'a' * 32},", ","])
def test_production_rejects_a_short_or_empty_former_secret_key(fallbacks: str) -> None:
    started = _start_server(
        READ_SETTING_SCRIPT, SECRET_KEY_FALLBACKS=fallbacks, **COMPLETE_ENVIRONMENT
    )

    assert "ImproperlyConfigured: Set SECRET_KEY" in started.stderr
    assert "Each key in SECRET_KEY_FALLBACKS" in started.stderr


@pytest.mark.parametrize(("scheme", "secure"), [("https", "True True"), ("http", "False False")])
def test_cookies_are_secure_if_the_public_url_has_https(scheme: str, secure: str) -> None:
    started = _start_server(
        PRINT_COOKIE_SETTINGS,
        **{**COMPLETE_ENVIRONMENT, "PUBLIC_URL": f"{scheme}://portal.example.org"},
    )

    assert started.stdout.strip() == secure


@pytest.mark.parametrize("name", SETTINGS_MODULES)
def test_settings_differ_from_the_base_in_few_lines(name: str) -> None:
    lines = (ROOT / "portal" / "settings" / f"{name}.py").read_text().splitlines()

    assert len(lines) <= MAX_LINES
