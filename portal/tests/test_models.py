"""Reading rows of an organizer requires its scope. Indexes begin with the organizer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.db.models.expressions import BaseExpression
from django_scopes.exceptions import ScopeError

from portal.organizers.models import Organizer

MODELS = [model for model in apps.get_models() if model._meta.app_config.name.startswith("portal.")]


def _referenced_models(
    model: type[models.Model], seen: frozenset[type] = frozenset()
) -> Iterator[type]:
    """The models that a model refers to by foreign keys, directly or through other models."""
    for field in model._meta.get_fields():
        owner = field.related_model
        if isinstance(field, models.ForeignKey) and isinstance(owner, type) and owner not in seen:
            yield owner
            yield from _referenced_models(owner, seen | {model, owner})


OWNED = [model for model in MODELS if Organizer in _referenced_models(model)]
DIRECTLY_OWNED = [
    model for model in OWNED if "organizer" in {field.name for field in model._meta.fields}
]
LARGE_TABLES = [
    model for model in DIRECTLY_OWNED if model._meta.app_label in {"customers", "history"}
]


def test_the_check_finds_models_that_belong_to_an_organizer() -> None:
    assert {"Customer", "Team", "ApiToken"} <= {model.__name__ for model in OWNED}


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
def test_rows_of_an_organizer_cannot_be_read_outside_of_a_scope(model: type[models.Model]) -> None:
    with pytest.raises(ScopeError):
        model._default_manager.count()


@pytest.mark.parametrize("model", LARGE_TABLES, ids=lambda model: model.__name__)
def test_every_index_begins_with_the_organizer(model: type[models.Model]) -> None:
    first = {
        index.name: _first_field(index.fields, index.expressions) for index in model._meta.indexes
    }

    assert set(first.values()) <= {"organizer"}, first


@pytest.mark.parametrize("model", DIRECTLY_OWNED, ids=lambda model: model.__name__)
def test_every_unique_constraint_begins_with_the_organizer(model: type[models.Model]) -> None:
    first = {
        constraint.name: _first_field(constraint.fields, constraint.expressions)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    }

    assert set(first.values()) <= {"organizer"}, first


@pytest.mark.parametrize("model", LARGE_TABLES, ids=lambda model: model.__name__)
def test_no_column_of_a_large_table_has_a_separate_index(model: type[models.Model]) -> None:
    alone = [
        field.name
        for field in model._meta.local_fields
        if (getattr(field, "db_index", False) or field.unique) and not field.primary_key
    ]

    assert alone == []


def _first_field(fields: object, expressions: object) -> str:
    """The first column of an index or a constraint."""
    first = (*_sequence(fields), *_sequence(expressions))[0]
    while isinstance(first, BaseExpression):
        first = first.get_source_expressions()[0]
    return str(getattr(first, "name", first)).removeprefix("-")


def _sequence(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()
