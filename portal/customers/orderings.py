"""What a list can be ordered by, as terms that the database compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from django.db import models
from django.db.models.expressions import Expression, ExpressionWrapper
from django.db.models.functions import Lower


def is_empty(field: str) -> ExpressionWrapper[models.Q]:
    """Whether the field has no value; before the field in an order, it puts such rows last."""
    return ExpressionWrapper(
        models.Q(**{f"{field}__isnull": True}), output_field=models.BooleanField()
    )


# By key. Text ignores case.
ORDERINGS: Final[Mapping[str, Sequence[Expression | models.F]]] = {
    "identifier": [Lower("identifier", output_field=models.CharField())],
    "name": [is_empty("name_key"), models.F("name_key")],
    "email": [is_empty("email_key"), models.F("email_key")],
    "is_active": [models.F("is_active")],
    "is_verified": [models.F("is_verified")],
    "locale": [models.F("locale")],
    "date_joined": [models.F("date_joined")],
    "last_login": [is_empty("last_login"), models.F("last_login")],
    "last_modified": [models.F("last_modified")],
}


class Term(NamedTuple):
    """What is compared, and which way; the next term decides where it is equal."""

    expression: Expression | models.F
    descending: bool


def order_terms(keys: Sequence[str], *, backwards: bool = False) -> list[Term]:
    """The order by these keys (`-` reverses), empty values last, then by primary key."""
    terms: list[Term] = []
    for key in keys:
        *empty_last, column = ORDERINGS[key.removeprefix("-")]
        terms += [Term(each, backwards) for each in empty_last]
        terms.append(Term(column, key.startswith("-") != backwards))
    descending = bool(keys) and keys[-1].startswith("-")
    return [*terms, Term(models.F("pk"), descending != backwards)]
