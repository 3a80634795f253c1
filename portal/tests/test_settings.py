"""The settings: production refuses to start half set up, cookies follow the public address."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from portal.tests.processes import run_python

ROOT: Path = settings.BASE_DIR
OVERLAYS = ["development", "production", "test"]
LONGEST_OVERLAY = 25
COMPLETE = {"SECRET_KEY": "k" * 50, "PUBLIC_URL": "https://portal.example.org"}
START = "import django; django.setup()"
COOKIES = """
from django.conf import settings
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
"""


def _start(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start Portal with the production settings and nothing else from our environment."""
    given = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "DATABASE_URL": "sqlite://:memory:",
        **environment,
    }
    return run_python("-c", script, environment=given)


def test_production_starts_with_its_secret_and_its_address() -> None:
    started = _start(START, **COMPLETE)

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize("missing", COMPLETE)
def test_production_refuses_to_start_without(missing: str) -> None:
    environment = {name: value for name, value in COMPLETE.items() if name != missing}

    started = _start(START, **environment)

    assert started.returncode != 0
    assert f"ImproperlyConfigured: Set {missing}" in started.stderr


def test_production_refuses_an_address_without_its_scheme() -> None:
    started = _start(START, **{**COMPLETE, "PUBLIC_URL": "portal.example.org"})

    assert "ImproperlyConfigured: Set PUBLIC_URL" in started.stderr


def test_production_serves_nothing_without_its_static_files(tmp_path: Path) -> None:
    started = _start("import portal.wsgi", VAR_DIR=str(tmp_path), **COMPLETE)

    assert started.returncode != 0
    assert "ImproperlyConfigured: Run manage.py collectstatic" in started.stderr


def test_production_refuses_a_short_secret() -> None:
    started = _start(START, **{**COMPLETE, "SECRET_KEY": "short"})

    assert "ImproperlyConfigured: Set SECRET_KEY" in started.stderr


@pytest.mark.parametrize(("scheme", "secure"), [("https", "True True"), ("http", "False False")])
def test_cookies_are_secure_exactly_when_the_address_is(scheme: str, secure: str) -> None:
    started = _start(COOKIES, **{**COMPLETE, "PUBLIC_URL": f"{scheme}://portal.example.org"})

    assert started.stdout.strip() == secure


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_is_short(overlay: str) -> None:
    lines = (ROOT / "portal" / "settings" / f"{overlay}.py").read_text().splitlines()

    assert len(lines) <= LONGEST_OVERLAY
