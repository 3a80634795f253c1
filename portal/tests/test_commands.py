"""All management commands are documented. The systemd unit runs the nightly commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
# Commands of Django that the documentation lists, because Portal needs them.
DJANGO_COMMANDS: Final = {"changepassword", "clearsessions", "collectstatic", "migrate"}


def _documented() -> dict[str, str]:
    """The commands in the table of docs/deployment.md, with their descriptions."""
    section = (ROOT / "docs/deployment.md").read_text().split("## Commands")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)[^`]*` \| (.*) \|$", section, re.MULTILINE))


def test_the_documentation_lists_exactly_the_commands_of_portal() -> None:
    own = {name for name, app in get_commands().items() if app.startswith("portal.")}

    assert set(_documented()) == own | DJANGO_COMMANDS


def test_the_systemd_unit_runs_the_commands_for_each_night() -> None:
    unit = (ROOT / "docs/systemd/portal-nightly.service").read_text()

    nightly = {name for name, text in _documented().items() if "each night" in text.lower()}

    assert set(re.findall(r"manage\.py (\w+)$", unit, re.MULTILINE)) == nightly != set()
