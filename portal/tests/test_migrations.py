"""Migrations import only modules that do not change when models and services change."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from json import JSONEncoder
from pathlib import Path

import pytest
from django.db.models import Field
from django.db.models.expressions import BaseExpression

from portal.organizers.models import ApiToken, Organizer, Team

PORTAL = Path(__file__).parents[1]
MIGRATIONS = sorted(PORTAL.glob("*/migrations/[0-9]*.py"))
# Modules that define only model fields, expressions and JSON encoders.
FIELDS = ("portal.customers.fields", "portal.organizers.fields")
ALLOWED = ("django.", "portal.databases.", *(f"{module}." for module in FIELDS))


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _forbidden(source: str) -> list[str]:
    return [name for name in _imports(source) if not f"{name}.".startswith(ALLOWED)]


def test_every_app_begins_with_one_migration() -> None:
    names = {path.parts[-3]: path.name for path in reversed(MIGRATIONS)}

    assert names == dict.fromkeys(
        ("accounts", "api", "customers", "history", "organizers", "saved_views"), "0001_initial.py"
    )


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_migration_imports_fields_and_operations_only(path: Path) -> None:
    assert _forbidden(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "is_allowed"),
    [
        ("import portal.customers.fields", True),
        ("from django.db import models", True),
        ("from portal.customers import fields", True),
        ("from portal.databases.operations import run_sql", True),
        ("import portal.organizers.permissions", False),
        ("from portal.customers.models import Customer", False),
        ("import portal", False),
        ("from . import helpers", False),
    ],
)
def test_the_check_finds_every_import(source: str, is_allowed: bool) -> None:
    assert (_forbidden(source) == []) == is_allowed


@pytest.mark.parametrize("name", FIELDS)
def test_modules_of_fields_define_only_fields(name: str) -> None:
    members = vars(import_module(name)).values()
    own = [each for each in members if getattr(each, "__module__", None) == name]

    assert own
    for each in own:
        assert inspect.isclass(each)
        assert issubclass(each, Field | BaseExpression | JSONEncoder)


@pytest.mark.parametrize(
    ("model", "name"),
    [(Organizer, "timezone"), (Team, "permissions"), (ApiToken, "permissions")],
)
def test_migrations_do_not_contain_validators_of_fields(
    model: type[Organizer | Team | ApiToken], name: str
) -> None:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)

    _name, path, _arguments, options = field.deconstruct()

    assert path.startswith("portal.organizers.fields.")
    assert "validators" not in options
