"""docs/deployment.md lists all environment variables that Portal reads, with their defaults."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TypeGuard

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
READERS = [*sorted((ROOT / "portal" / "settings").glob("*.py")), ROOT / "portal" / "server.py"]
READS = re.compile(r"\bos\.(getenv\b|environ\b(?!\.setdefault))|\b(FileAware)?Env\(")


def documented_variables() -> dict[str, str]:
    """The environment variables in the table of docs/deployment.md, with their defaults."""
    section = (
        (ROOT / "docs" / "deployment.md").read_text().split("## Settings")[1].split("\n## ")[0]
    )
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))


def _variables_in_code() -> dict[str, object]:
    """The environment variables in the code, with their defaults. A computed default is None."""
    calls = [node for path in READERS for node in ast.walk(ast.parse(path.read_text()))]
    return dict(_name_and_default(call) for call in calls if _reads_the_environment(call))


def _reads_the_environment(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether the node is a call like env("NAME") or env.str("NAME")."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return isinstance(function, ast.Name) and function.id == "env"


def _name_and_default(call: ast.Call) -> tuple[str, object]:
    name, *defaults = [
        argument.value if isinstance(argument, ast.Constant) else None for argument in call.args
    ]
    return str(name), defaults[0] if defaults else None


def test_the_documentation_has_exactly_the_variables_that_are_read() -> None:
    assert set(documented_variables()) == set(_variables_in_code())


def test_only_settings_and_server_read_the_environment() -> None:
    # manage.py and portal/wsgi.py only set DJANGO_SETTINGS_MODULE.
    others = {path for path in (ROOT / "portal").rglob("*.py") if "tests" not in path.parts}
    readers = [path for path in others - set(READERS) if READS.search(path.read_text())]

    assert readers == []


CONSTANTS = [
    (name, default) for name, default in _variables_in_code().items() if default not in (None, "")
]


@pytest.mark.parametrize(("name", "default"), CONSTANTS)
def test_a_constant_default_is_documented(name: str, default: object) -> None:
    assert documented_variables()[name].lower() == f"`{default}`".lower()


@pytest.mark.parametrize("name", ["SECRET_KEY", "PUBLIC_URL"])
def test_a_required_variable_is_documented_as_required(name: str) -> None:
    assert "required" in documented_variables()[name]
