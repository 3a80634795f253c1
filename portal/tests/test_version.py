"""The code, the project file and the changelog have the same version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.conf import settings

from portal import __version__

ROOT: Path = settings.BASE_DIR
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)


def test_the_project_file_has_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == __version__


def test_the_version_is_the_newest_dated_section_of_the_changelog() -> None:
    assert RELEASE.findall((ROOT / "CHANGELOG.md").read_text())[0] == __version__
