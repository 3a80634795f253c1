"""Vendored files are complete and unchanged, as the manifest describes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.conf import settings

VENDOR: Path = settings.BASE_DIR / "static" / "vendor"
MANIFEST: list[dict[str, str]] = json.loads((VENDOR / "manifest.json").read_text())
SCRIPTS = [entry for entry in MANIFEST if entry["file"].endswith(".js")]


def test_the_manifest_names_every_vendored_file() -> None:
    names = {path.name for path in VENDOR.rglob("*")} - {"manifest.json"}

    assert names == {entry["file"] for entry in MANIFEST}


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_unchanged(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("entry", SCRIPTS, ids=lambda entry: entry["file"])
def test_a_script_has_a_licence_and_a_source_of_its_version(entry: dict[str, str]) -> None:
    version = entry["version"]
    script = (VENDOR / entry["file"]).read_text()

    assert entry["licence"]
    assert (VENDOR / entry["licence_file"]).is_file()
    assert f"@{version}/" in entry["source"]
    assert f"-{version}." in entry["file"]
    assert f'version="{version}"' in script


@pytest.mark.parametrize("entry", SCRIPTS, ids=lambda entry: entry["file"])
def test_a_script_refers_to_no_missing_source_map(entry: dict[str, str]) -> None:
    script = (VENDOR / entry["file"]).read_text()

    assert "sourceMappingURL" not in script
