"""What a list can be ordered by, as terms that the database compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import models
from django.db.models.expressions import Expression, ExpressionWrapper
from django.db.models.functions import Lower


class Term(NamedTuple):
    """What is compared, as values of which field, and which way."""

    expression: Expression | models.F
    field: models.Field[Any, Any]
    descending: bool = False
    # Whether there is no value at all; the next term is that value.
    is_emptiness: bool = False


TEXT: Final[models.Field[Any, Any]] = models.CharField()
TRUTH: Final[models.Field[Any, Any]] = models.BooleanField()
TIME: Final[models.Field[Any, Any]] = models.DateTimeField()
KEY: Final = Term(models.F("pk"), models.BigAutoField())


def is_empty(field: str) -> Term:
    """Whether the field has no value; before the field in an order, it puts such rows last."""
    expression = ExpressionWrapper(models.Q(**{f"{field}__isnull": True}), output_field=TRUTH)
    return Term(expression, TRUTH, is_emptiness=True)


# By key; each term decides where those before it are equal. Text ignores case.
ORDERINGS: Final[Mapping[str, Sequence[Term]]] = {
    "identifier": [Term(Lower("identifier"), TEXT)],
    "name": [is_empty("name_key"), Term(models.F("name_key"), TEXT)],
    "email": [is_empty("email_key"), Term(models.F("email_key"), TEXT)],
    "is_active": [Term(models.F("is_active"), TRUTH)],
    "is_verified": [Term(models.F("is_verified"), TRUTH)],
    "locale": [Term(models.F("locale"), TEXT)],
    "date_joined": [Term(models.F("date_joined"), TIME)],
    "last_login": [is_empty("last_login"), Term(models.F("last_login"), TIME)],
    "last_modified": [Term(models.F("last_modified"), TIME)],
}


def order_terms(keys: Sequence[str], *, backwards: bool = False) -> list[Term]:
    """The order by these keys (`-` reverses), empty values last, then by primary key."""
    terms: list[Term] = []
    for key in keys:
        *empty_last, column = ORDERINGS[key.removeprefix("-")]
        terms += [term._replace(descending=backwards) for term in empty_last]
        terms.append(column._replace(descending=key.startswith("-") != backwards))
    descending = bool(keys) and keys[-1].startswith("-")
    return [*terms, KEY._replace(descending=descending != backwards)]


def index_terms(key: str) -> list[Expression | models.F]:
    """What an index holds that can be walked in the order by this key, without the primary key."""
    return [term.expression for term in ORDERINGS[key]]
