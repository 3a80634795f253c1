"""The one door to customers. HTML, JSON and commands all come through here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, cast

from django.forms import Form
from django.http import QueryDict
from django_scopes import get_scope
from django_scopes.exceptions import ScopeError

from portal.customers import pages
from portal.customers.counts import FACETS, conditions_from
from portal.customers.exports import read_json, read_texts
from portal.customers.filters import DEFAULT_ORDERING, PARAMETERS, CustomerFilter
from portal.customers.models import IDENTIFIER, Customer, CustomerQuerySet
from portal.customers.numbers import Numbers
from portal.customers.pages import CustomerPage
from portal.customers.places import Place
from portal.customers.stretches import Stretch, read_beyond, read_from
from portal.kept import KeptQuery
from portal.organizers.models import Organizer


class CustomerNotFound(Exception):
    """The organizer has no customer with this identifier."""


class CustomerSearch:
    """The customers that a query string asks for, in its order. Lazy: nothing is read yet.

    A query with errors finds nobody, so that a mistake never widens a result.
    """

    def __init__(self, organizer: Organizer, query: QueryDict) -> None:
        self._organizer = organizer
        self._query = query
        self._everybody = Customer.objects.filter(organizer=organizer)

    @cached_property
    def _filterset(self) -> CustomerFilter:
        return CustomerFilter(self._query, self._everybody, self._organizer)

    @property
    def customers(self) -> CustomerQuerySet:
        return self._unordered.in_order(self.ordering)

    @property
    def _unordered(self) -> CustomerQuerySet:
        if not self._asks_anything:
            return self._everybody
        return cast("CustomerQuerySet", self._filterset.qs)

    @property
    def form(self) -> Form:
        """The filters as a form, with what was asked for."""
        form: Form = self._filterset.form
        return form

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong with the query, by parameter."""
        if not self._asks_anything:
            return {}
        return {name: [str(word) for word in words] for name, words in self.form.errors.items()}

    @cached_property
    def _asks_anything(self) -> bool:
        """Most lists are asked for as they are; that spares them a form, a third of their time."""
        return not self._query.keys().isdisjoint(PARAMETERS)

    @cached_property
    def canonical(self) -> QueryDict:
        """The query in its one form: fixed order, nothing empty, no default, only filters.

        As in the forms, the last of several values wins, except for languages.
        """
        canonical = QueryDict(mutable=True)
        for name in PARAMETERS:
            values = [value.strip() for value in self._query.getlist(name)]
            kept = (
                sorted(set(values) - {""}) if name == "locale" else list(filter(None, values[-1:]))
            )
            if kept and (name, kept) != ("ordering", [DEFAULT_ORDERING]):
                canonical.setlist(name, kept)
        return canonical

    @property
    def ordering(self) -> Sequence[str]:
        """The keys that the customers are ordered by."""
        asked = self.form.cleaned_data.get("ordering") if self._asks_anything else None
        return asked or [DEFAULT_ORDERING]

    @property
    def fingerprint(self) -> str:
        """Tells this list from every other, of any organizer."""
        return f"{self._organizer.pk}?{self.canonical.urlencode()}"

    @property
    def is_filtered(self) -> bool:
        return bool(self.canonical.keys() - {"ordering"})

    def count_by(self, facet: str) -> Mapping[Any, int] | None:
        """How many the other filters leave, by the values of this one; None where it is unclear."""
        facets = self.numbers.facets
        return None if facets is None else facets.by(facet, self.numbers.conditions)

    @property
    def count_by_locale(self) -> Mapping[str, int]:
        """All customers of the organizer by locale, whatever is asked for."""
        return self._filterset.kept.by("locale", {})

    @property
    def total(self) -> int:
        """All customers of the organizer, whatever is asked for."""
        return self._filterset.kept.total

    @cached_property
    def numbers(self) -> Numbers:
        """How many customers are asked for."""
        others = self.canonical.keys() - {*FACETS, "ordering"}
        asks = self._asks_anything
        return Numbers(
            self._organizer,
            asked=self._unordered,
            conditions=conditions_from(self.form.cleaned_data) if asks else {},
            left_by_others=self._filterset.without(FACETS) if others or self.errors else None,
            read_kept=lambda: self._filterset.kept,
        )

    def page(self, number: int | None, size: int) -> CustomerPage:
        """The last one where there is no number. Raises EmptyPage where the list is shorter."""
        at_once = self.numbers.at_once
        if at_once and at_once.is_exact:
            count = at_once.number
            return pages.read_counted(
                self.customers, count, number or pages.last_page(count, size), size
            )
        if not number:
            return pages.read_last(self._unordered.in_order(self.ordering, backwards=True), size)
        return pages.read_uncounted(self.customers, number, size, is_over=at_once is not None)

    def count_page(self, number: int, size: int) -> CustomerPage:
        """A page that somebody has already, without its rows: the number is exact."""
        return CustomerPage(number, size, pages.Count(self.numbers.exact()))

    def read_page(self, fields: Sequence[str], number: int, size: int) -> Stretch:
        """These fields of a page of customers. Without rows where the list is not that long."""
        start = (number - 1) * size
        return read_from(self._unordered, self.numbers.in_query, self.ordering, fields, start, size)

    def read_beyond(self, fields: Sequence[str], place: Place, size: int) -> Stretch:
        """These fields of the customers beyond the place, whatever happened to those before."""
        stretch = read_beyond(
            self._unordered, self.numbers.in_query, self.ordering, fields, place, size
        )
        return stretch if stretch.rows else replace(stretch, count=self.numbers.exact())

    def read_json(self, fields: Sequence[str]) -> Iterator[str]:
        """All customers, as JSON objects with these fields. Can be read outside of the scope."""
        return read_json(self.customers, fields)

    def read_texts(self, fields: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """All customers, as the texts of these fields. Can be read outside of the scope."""
        return read_texts(self.customers, fields)


def search_customers(organizer: Organizer, *, query: QueryDict) -> CustomerSearch:
    """The customers of the organizer that the query string asks for."""
    return CustomerSearch(organizer, query)


def get_customer(organizer: Organizer, identifier: str) -> Customer:
    """The customer with exactly this identifier. Raises CustomerNotFound.

    Like every query for customers it raises ScopeError outside of the organizer's scope.
    """
    if get_scope().get("organizer") != organizer:
        raise ScopeError(f"Not in the scope of {organizer.slug}.")
    rows = []
    if re.match(IDENTIFIER, identifier):
        rows = _by_identifier.rows(organizer.pk, identifier)
    if not rows:
        raise CustomerNotFound(identifier)
    return Customer.from_db(None, COLUMNS, rows[0])


COLUMNS: Final = tuple(field.attname for field in Customer._meta.concrete_fields)
_by_identifier = KeptQuery(
    lambda organizer, identifier: (
        Customer.objects.filter(organizer_id=organizer)
        .filter(identifier=identifier)
        .values_list(*COLUMNS)
    )
)
