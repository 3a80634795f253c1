"""Sort keys, and the order of a list, which is split into sections for index scans."""

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
BOOLEAN: Final[models.Field[Any, Any]] = models.BooleanField()
NUMBER: Final[models.Field[Any, Any]] = models.SmallIntegerField()
TIME: Final[models.Field[Any, Any]] = models.DateTimeField()


class SortKey(NamedTuple):
    """A column or expression by which customers can be ordered.

    `field` is the type of the values.
    """

    label: StrOrPromise
    expression: Expression | models.F
    field: models.Field[Any, Any]
    can_be_empty: bool = False
    is_unique: bool = False
    descends_first: bool = False  # whether the first click on the heading orders descending


# The sort keys of the URL, by name. Each sort key needs an index in models.py. The case of text is
# ignored.
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


class OrderTerm(NamedTuple):
    """One expression of an ORDER BY, and the direction of this expression."""

    expression: Expression | models.F
    field: models.Field[Any, Any]
    descending: bool = False

    @property
    def order_by(self) -> models.OrderBy:
        return models.OrderBy(self.expression, descending=self.descending)


class OrderSection(NamedTuple):
    """A section of an order: the rows with a value in the first sort key, or the rows without.

    A list has its empty values last. An index scan would return them first in one of the two
    directions. So each section is read by its own index scan.
    """

    condition: Q
    terms: Sequence[OrderTerm]
    is_empty: bool = False  # whether the first sort key has no value in the rows of the section


class HasValue(Func):
    """The condition `IS NOT NULL`, for columns of text or time."""

    template = "%(expressions)s IS NOT NULL"
    output_field = BOOLEAN

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """In an index, SQLite skips empty values for a comparison, but not for IS NOT NULL.

        The comparison is with a text. SQLite stores times as text, so the comparison suits them,
        too.
        """
        return self.as_sql(compiler, connection, template="%(expressions)s >= ''", **extra)


class NoIndex(Func):
    """Wraps an expression so that it matches no index, and the database sorts the rows."""

    function = "COALESCE"

    def __init__(self, expression: Any, **extra: Any) -> None:
        super().__init__(expression, expression, **extra)

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_extra: Any) -> Any:
        sql, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"+{sql}", parameters


def sort_keys(keys: Sequence[str]) -> list[SortKey]:
    """The sort keys with these names, and the primary key.

    A `-` before a name reverses the order.
    """
    return [*(SORT_KEYS[key.removeprefix("-")] for key in keys), PRIMARY]


def order_terms(keys: Sequence[str], *, backwards: bool = False) -> list[OrderTerm]:
    """All terms of the ORDER BY for these sort keys. Empty values come last."""
    terms: list[OrderTerm] = []
    for name, key in zip([*keys, keys[-1]], sort_keys(keys), strict=True):
        if key.can_be_empty:
            is_empty = ExpressionWrapper(_is_null(key), output_field=BOOLEAN)
            terms.append(OrderTerm(is_empty, BOOLEAN, backwards))
        terms.append(_order_term(key, descending=name.startswith("-") != backwards))
    return terms


def order_sections(keys: Sequence[str], *, backwards: bool = False) -> list[OrderSection]:
    """Split an order into sections: rows with a value in the first sort key, then rows without.

    The index of the first key then has the rows of each section in order, in both directions. A
    single query would need NULLS LAST, and one index for each direction. If there are further keys,
    the database sorts the rows that have equal values of the first key.
    """
    [name, *more] = keys
    key = SORT_KEYS[name.removeprefix("-")]
    terms = order_terms(keys, backwards=backwards)
    if not key.can_be_empty:
        return [OrderSection(Q(), terms)]
    # The terms that have the same value in all rows of a section are left out.
    filled, empty = terms[1:], terms[2:]
    if not more and key.is_unique:
        filled = terms[1:2]
    elif not more:
        # The section of empty keys keeps the key in its ORDER BY, although all its rows are equal
        # in it: otherwise the index of the key would not be used.
        empty = filled
    sections = [
        OrderSection(Q(HasValue(key.expression)), filled),
        OrderSection(_is_null(key), empty, is_empty=True),
    ]
    return sections[::-1] if backwards else sections


def querysets_of_sections(
    customers: CustomerQuerySet, sections: Iterable[OrderSection]
) -> list[CustomerQuerySet]:
    """A queryset with the customers of each section, in its order."""
    return [
        customers.filter(each.condition).order_by(*(term.order_by for term in each.terms))
        for each in sections
    ]


def order_customers(customers: CustomerQuerySet, keys: Sequence[str]) -> CustomerQuerySet:
    """Order customers by these sort keys, then by primary key. Empty values come last."""
    return customers.order_by(*(term.order_by for term in order_terms(keys)))


def section_without_index(section: OrderSection) -> OrderSection:
    """The section with an ORDER BY that matches no index, so that the database sorts the rows."""
    terms = [term._replace(expression=NoIndex(term.expression)) for term in section.terms]
    return section._replace(terms=terms)


def sort_rows(rows: Sequence[tuple[Any, ...]], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """Sort rows in the order of the database.

    A row begins with its primary key and the values of the sort keys.
    """
    ordered = sorted(rows, key=itemgetter(0), reverse=keys[-1].startswith("-"))
    # Sorting is stable, so the rows are sorted by the last key first, and by the first key at the
    # end.
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


def _order_term(key: SortKey, *, descending: bool) -> OrderTerm:
    return OrderTerm(key.expression, key.field, descending)
