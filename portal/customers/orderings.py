"""What a list can be ordered by, in sections that an index can be walked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Expression, ExpressionWrapper, Func
from django.db.models.lookups import IsNull

from portal.customers.fields import IgnoringCase

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TEXT: Final[models.Field[Any, Any]] = models.CharField()
TRUTH: Final[models.Field[Any, Any]] = models.BooleanField()
TIME: Final[models.Field[Any, Any]] = models.DateTimeField()


class Key(NamedTuple):
    """What is compared, as values of which field; customers without a value come last."""

    expression: Expression | models.F
    field: models.Field[Any, Any]
    can_be_empty: bool = False
    is_unique: bool = False


class Term(NamedTuple):
    """A key, and which way."""

    expression: Expression | models.F
    field: models.Field[Any, Any]
    descending: bool = False


class HasValue(Func):
    """For text, and for times, which are text on SQLite."""

    template = "%(expressions)s IS NOT NULL"
    output_field = TRUTH

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """SQLite enters an index behind the empty values only for this, and would walk through."""
        return self.as_sql(compiler, connection, template="%(expressions)s >= ''", **extra)


class Sorted(Func):
    """The same value, which no index is ordered by."""

    template = "COALESCE(%(expressions)s)"

    def __init__(self, expression: Expression | models.F) -> None:
        super().__init__(expression, expression)


class Section(NamedTuple):
    """A part of an order: who is in it, and the terms that order them."""

    condition: Q
    terms: Sequence[Term]
    # Whether those in it have no value.
    is_empty: bool = False


# Each decides where those before it are equal. Text ignores case.
ORDERINGS: Final[Mapping[str, Key]] = {
    "identifier": Key(IgnoringCase("identifier"), TEXT),
    "name": Key(models.F("name_key"), TEXT, can_be_empty=True),
    "email": Key(models.F("email_key"), TEXT, can_be_empty=True, is_unique=True),
    "is_active": Key(models.F("is_active"), TRUTH),
    "is_verified": Key(models.F("is_verified"), TRUTH),
    "locale": Key(models.F("locale"), TEXT),
    "date_joined": Key(models.F("date_joined"), TIME),
    "last_login": Key(models.F("last_login"), TIME, can_be_empty=True),
    "last_modified": Key(models.F("last_modified"), TIME),
}
PRIMARY: Final = Key(models.F("pk"), models.BigAutoField())


def order_keys(keys: Sequence[str]) -> list[Key]:
    """What decides the order by these keys (`-` reverses), the primary key at last."""
    return [*(ORDERINGS[key.removeprefix("-")] for key in keys), PRIMARY]


def order_terms(keys: Sequence[str], *, backwards: bool = False) -> list[Term]:
    """The whole order by these keys, empty values last, as what can be sorted by."""
    terms: list[Term] = []
    for name, key in zip([*keys, keys[-1]], order_keys(keys), strict=True):
        if key.can_be_empty:
            terms.append(Term(is_empty(key), TRUTH, backwards))
        terms.append(_term(key, descending=name.startswith("-") != backwards))
    return terms


def order_sections(keys: Sequence[str], *, backwards: bool = False) -> list[Section]:
    """The same order in sections. An index has each by one key; more keys are sorted by."""
    [name, *more] = keys
    key = ORDERINGS[name.removeprefix("-")]
    if more or not key.can_be_empty:
        return [Section(Q(), order_terms(keys, backwards=backwards))]
    descending = name.startswith("-") != backwards
    last = _term(PRIMARY, descending=descending)
    filled = [_term(key, descending=descending), *([] if key.is_unique else [last])]
    # An index with the key in it is ordered by the key, also where that is always nothing.
    empty = [last] if key.is_unique else filled
    sections = [
        Section(Q(HasValue(key.expression)), filled),
        Section(_has_none(key), empty, is_empty=True),
    ]
    return sections[::-1] if backwards else sections


def by_sorting(section: Section) -> Section:
    """The same section, for which no index is walked."""
    terms = [term._replace(expression=Sorted(term.expression)) for term in section.terms]
    return section._replace(terms=terms)


def is_empty(key: Key) -> Expression:
    """Whether there is no value; before the key in an order, it puts such rows last."""
    return ExpressionWrapper(_has_none(key), output_field=TRUTH)


def _has_none(key: Key) -> Q:
    return Q(IsNull(key.expression, True))  # noqa: FBT003


def _term(key: Key, *, descending: bool) -> Term:
    return Term(key.expression, key.field, descending)
