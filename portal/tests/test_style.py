"""Rules of style that a program can check: short functions, modules with docstrings."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
MAX_FUNCTION_LINES = 30
# The text is in two parts, so that this file does not contain the searched text.
OUTSIDE_FOLDER = "../" + "shared"
SOURCES = [
    *sorted(
        path
        for folder in ("portal", "e2e", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ),
    ROOT / ".ci" / "with-postgres",
]


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    """The parsed Python files, by path."""
    return {_module_name(path): ast.parse(path.read_text()) for path in SOURCES}


def test_no_function_is_long(modules: dict[str, ast.Module]) -> None:
    too_long = [
        f"{name}:{function.lineno} {function.name}"
        for name, module in modules.items()
        for function in _functions(module)
        if (function.end_lineno or 0) - function.lineno >= MAX_FUNCTION_LINES
    ]

    assert too_long == []


def test_every_module_has_a_docstring(modules: dict[str, ast.Module]) -> None:
    missing = [name for name, tree in modules.items() if tree.body and not ast.get_docstring(tree)]
    assert missing == []


def test_no_file_mentions_the_folder_outside_of_the_repository() -> None:
    folder = OUTSIDE_FOLDER.encode()

    mentions = [_module_name(path) for path in _tracked() if folder in path.read_bytes()]

    assert mentions == []


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _tracked() -> list[Path]:
    """All files of the repository; only the Python files if the folder is not a git repository."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        return SOURCES
    command = [git, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(  # noqa: S603
        [*command, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def _module_name(path: Path) -> str:
    return str(path.relative_to(ROOT))
