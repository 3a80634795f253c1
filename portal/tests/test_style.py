"""The house style, as far as a program can read it: short functions, modules with docstrings."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
LONGEST_FUNCTION = 30
# Split, so that this file does not mention it.
ELSEWHERE = "../" + "shared"
SOURCES = sorted(
    path
    for folder in ("portal", "e2e", "benchmarks", ".ci")
    for path in [*(ROOT / folder).rglob("*.py"), ROOT / ".ci" / "with-postgres"]
    if "migrations" not in path.parts
)


def test_no_function_is_long() -> None:
    long = [
        f"{_name(path)}:{function.lineno} {function.name}"
        for path in SOURCES
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_every_module_opens_with_what_it_is_for() -> None:
    modules = {_name(path): ast.parse(path.read_text()) for path in SOURCES}

    # An empty __init__.py has nothing to say.
    silent = [name for name, tree in modules.items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_the_repository_is_complete_in_itself() -> None:
    mentions = [_name(path) for path in _tracked() if ELSEWHERE.encode() in path.read_bytes()]

    assert mentions == []


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _tracked() -> list[Path]:
    """What git has; an unpacked archive has no git, then what we wrote in Python."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        return SOURCES
    command = [git, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(  # noqa: S603
        [*command, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))
