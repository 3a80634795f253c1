"""Sort keys, and an order in sections, each read by one index: empty values last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Expression, ExpressionWrapper, Func
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from portal.customers.fields import IgnoringCase

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import CustomerQuerySet

TEXT: Final[models.Field[Any, Any]] = models.CharField()
TRUTH: Final[models.Field[Any, Any]] = models.BooleanField()
NUMBER: Final[models.Field[Any, Any]] = models.SmallIntegerField()
TIME: Final[models.Field[Any, Any]] = models.DateTimeField()


class SortKey(NamedTuple):
    """A column or expression that customers can be ordered by, and the field of its values."""

    label: StrOrPromise
    expression: Expression | models.F
    field: models.Field[Any, Any]
    can_be_empty: bool = False
    is_unique: bool = False
    descends_first: bool = False  # what people expect of the first click on a heading


# A new sort key needs an index (models.py). In an order by several keys, each decides where those
# before it are equal. Text ignores case.
SORT_KEYS: Final[Mapping[str, SortKey]] = {
    "identifier": SortKey(_("Identifier"), IgnoringCase("identifier"), TEXT),
    "name": SortKey(_("Name"), models.F("name_key"), TEXT, can_be_empty=True),
    "email": SortKey(_("Email"), models.F("email_key"), TEXT, can_be_empty=True, is_unique=True),
    "state": SortKey(_("State"), models.F("state"), NUMBER),
    "locale": SortKey(_("Language"), models.F("locale"), TEXT),
    "date_joined": SortKey(_("Registered"), models.F("date_joined"), TIME, descends_first=True),
    "last_login": SortKey(
        _("Last sign-in"), models.F("last_login"), TIME, can_be_empty=True, descends_first=True
    ),
    "last_modified": SortKey(
        _("Last changed"), models.F("last_modified"), TIME, descends_first=True
    ),
}
PRIMARY: Final = SortKey("", models.F("pk"), models.BigAutoField())


class Term(NamedTuple):
    """An expression to order by, and its direction."""

    expression: Expression | models.F
    field: models.Field[Any, Any]
    descending: bool = False

    @property
    def order_by(self) -> models.OrderBy:
        return models.OrderBy(self.expression, descending=self.descending)


class Section(NamedTuple):
    """A part of an order that one index can read: the condition and the order of its rows."""

    condition: Q
    terms: Sequence[Term]
    is_empty: bool = False  # whether the key has no value here


class HasValue(Func):
    """`IS NOT NULL`, for columns of text or time. SQLite stores both as text."""

    template = "%(expressions)s IS NOT NULL"
    output_field = TRUTH

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Only for a comparison does SQLite skip the empty values of an index."""
        return self.as_sql(compiler, connection, template="%(expressions)s >= ''", **extra)


class NoIndex(Func):
    """Wraps an expression so that no index matches it, and the database sorts."""

    function = "COALESCE"

    def __init__(self, expression: Any, **extra: Any) -> None:
        super().__init__(expression, expression, **extra)

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_extra: Any) -> Any:
        sql, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"+{sql}", parameters


def sort_keys(keys: Sequence[str]) -> list[SortKey]:
    """The sort keys of these names (`-` reverses), the primary key at the end."""
    return [*(SORT_KEYS[key.removeprefix("-")] for key in keys), PRIMARY]


def order_terms(keys: Sequence[str], *, backwards: bool = False) -> list[Term]:
    """The whole order by these keys, empty values last."""
    terms: list[Term] = []
    for name, key in zip([*keys, keys[-1]], sort_keys(keys), strict=True):
        if key.can_be_empty:
            is_empty = ExpressionWrapper(_is_null(key), output_field=TRUTH)
            terms.append(Term(is_empty, TRUTH, backwards))
        terms.append(_term(key, descending=name.startswith("-") != backwards))
    return terms


def order_sections(keys: Sequence[str], *, backwards: bool = False) -> list[Section]:
    """The order by these keys in sections: rows with a value of the first key, then the others.

    So the index of the first key has the order of each section; PostgreSQL sorts the customers with
    equal values by further keys. An index of the whole order, with the empty values last, would be
    needed twice: ascending and descending.
    """
    [name, *more] = keys
    key = SORT_KEYS[name.removeprefix("-")]
    terms = order_terms(keys, backwards=backwards)
    if not key.can_be_empty:
        return [Section(Q(), terms)]
    # Terms that are constant within the section are omitted.
    filled, empty = terms[1:], terms[2:]
    if not more and key.is_unique:
        filled = terms[1:2]
    elif not more:
        # The key is empty in all rows, but the index is used only if the order begins with the key.
        empty = filled
    sections = [
        Section(Q(HasValue(key.expression)), filled),
        Section(_is_null(key), empty, is_empty=True),
    ]
    return sections[::-1] if backwards else sections


def in_sections(customers: CustomerQuerySet, sections: Iterable[Section]) -> list[CustomerQuerySet]:
    """The customers of each section of an order, as it orders them."""
    return [
        customers.filter(each.condition).order_by(*(term.order_by for term in each.terms))
        for each in sections
    ]


def in_order(customers: CustomerQuerySet, keys: Sequence[str]) -> CustomerQuerySet:
    """By these sort keys (`-` reverses), empty values last, then by primary key."""
    return customers.order_by(*(term.order_by for term in order_terms(keys)))


def without_index(section: Section) -> Section:
    """The same section, in an order that no index has: the database sorts the rows."""
    terms = [term._replace(expression=NoIndex(term.expression)) for term in section.terms]
    return section._replace(terms=terms)


def sort_rows(rows: Sequence[tuple[Any, ...]], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """Sort rows, each a primary key and its values of the sort keys, as the database would."""
    ordered = sorted(rows, key=itemgetter(0), reverse=keys[-1].startswith("-"))
    # Sorting is stable: the key that decides first is sorted by last.
    for column, name in reversed([*enumerate(keys, start=1)]):
        ordered = _sort_by(column, name, ordered)
    return ordered


def _sort_by(column: int, name: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    value = itemgetter(column)
    ignores_case = isinstance(SORT_KEYS[name.removeprefix("-")].expression, IgnoringCase)
    filled = [row for row in rows if row[column] is not None]
    filled.sort(
        key=(lambda row: row[column].lower()) if ignores_case else value,
        reverse=name.startswith("-"),
    )
    return filled + [row for row in rows if row[column] is None]


def _is_null(key: SortKey) -> Q:
    return Q(IsNull(key.expression, True))  # noqa: FBT003


def _term(key: SortKey, *, descending: bool) -> Term:
    return Term(key.expression, key.field, descending)
