"""The environment: docs/deployment.md names every variable that is read, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TypeGuard

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
READERS = [*sorted((ROOT / "portal" / "settings").glob("*.py")), ROOT / "portal" / "server.py"]
READS = re.compile(r"\bos\.(getenv\b|environ\b(?!\.setdefault))|\bEnv\(")


def _documented() -> dict[str, str]:
    """The default of each variable, as the table in docs/deployment.md has it."""
    section = (
        (ROOT / "docs" / "deployment.md").read_text().split("## Settings")[1].split("\n## ")[0]
    )
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))


def _read() -> dict[str, object]:
    """The default of each variable, as the code has it; None where it is computed or missing."""
    calls = [node for path in READERS for node in ast.walk(ast.parse(path.read_text()))]
    return dict(_name_and_default(call) for call in calls if _reads_the_environment(call))


def _reads_the_environment(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this is env("NAME") or env.<type>("NAME")."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return isinstance(function, ast.Name) and function.id == "env"


def _name_and_default(call: ast.Call) -> tuple[str, object]:
    name, *defaults = [
        argument.value if isinstance(argument, ast.Constant) else None for argument in call.args
    ]
    return str(name), defaults[0] if defaults else None


def test_the_readme_names_every_variable_that_is_read_and_no_other() -> None:
    assert set(_documented()) == set(_read())


def test_only_settings_and_server_read_the_environment() -> None:
    # manage.py and the entry point set the name of the settings, and read nothing.
    others = {path for path in (ROOT / "portal").rglob("*.py") if "tests" not in path.parts}
    readers = [path for path in others - set(READERS) if READS.search(path.read_text())]

    assert readers == []


PLAIN = [(name, default) for name, default in _read().items() if default not in (None, "")]


@pytest.mark.parametrize(("name", "default"), PLAIN)
def test_a_plain_default_is_the_documented_one(name: str, default: object) -> None:
    assert _documented()[name].lower() == f"`{default}`".lower()


@pytest.mark.parametrize("name", ["SECRET_KEY", "PUBLIC_URL"])
def test_a_required_variable_is_called_required(name: str) -> None:
    assert "required" in _documented()[name]
