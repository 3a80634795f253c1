"""What a query string asks for: who is found, in which order, and how many they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.forms import Form
from django.http import QueryDict

from portal.customers.counts import (
    FACETS,
    Conditions,
    conditions_from,
    counted_number,
    kept_number,
)
from portal.customers.exports import read_json, read_texts
from portal.customers.filters import DEFAULT_ORDERING, PARAMETERS, CustomerFilter
from portal.customers.models import Customer, CustomerQuerySet
from portal.customers.places import Place
from portal.customers.searching import (
    among,
    find_rare,
    matching_by_index,
    matching_in_turn,
    search_words,
)
from portal.customers.stretches import Stretch, Walk
from portal.organizers.models import Organizer


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
        """All of them, for whoever reads them to the end."""
        return self._found.in_order(self.ordering)

    @property
    def _found(self) -> CustomerQuerySet:
        """All of them in no order, for whoever counts them."""
        if self._rare is not None:
            return among(self._everybody, self._rare)
        return matching_by_index(self._filtered, self._words) if self._words else self._filtered

    @property
    def _met(self) -> CustomerQuerySet:
        """The same customers, for whoever walks their order to see some of them."""
        if self._rare is not None or not self._words:
            return self._found
        return matching_in_turn(self._filtered, self._words)

    @property
    def _filtered(self) -> CustomerQuerySet:
        """Whoever meets the filters, whatever is searched for."""
        if not self._asks_anything:
            return self._everybody
        return cast("CustomerQuerySet", self._filterset.qs)

    @cached_property
    def _asked(self) -> Mapping[str, Any]:
        """What is asked for, by parameter, as far as it is right."""
        if not self._asks_anything:
            return {}
        self.form.is_valid()
        return self.form.cleaned_data

    @cached_property
    def _words(self) -> Sequence[str]:
        return search_words(self._asked.get("search") or "")

    @cached_property
    def _rare(self) -> Sequence[int] | None:
        """The primary keys of those who are found, where the search is for something rare."""
        return find_rare(self._filtered, self._words) if self._words else None

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
        return self._asked.get("ordering") or [DEFAULT_ORDERING]

    @property
    def fingerprint(self) -> str:
        """Tells this list from every other, of any organizer."""
        return f"{self._organizer.pk}?{self.canonical.urlencode()}"

    @property
    def is_filtered(self) -> bool:
        return bool(self.canonical.keys() - {"ordering"})

    @property
    def count_by_locale(self) -> Mapping[str, int]:
        """All customers of the organizer by locale, whatever is asked for."""
        return self._filterset.kept.by("locale", {})

    @property
    def total(self) -> int:
        """All customers of the organizer, whatever is asked for."""
        return self._filterset.kept.total

    def count(self) -> int:
        """How many customers are asked for, exactly. Counts them where no number is kept."""
        if self._is_kept:
            return self._filterset.kept.matching(self._conditions)
        return self._found.count() if self._rare is None else len(self._rare)

    @cached_property
    def _is_kept(self) -> bool:
        """Whether the database keeps how many these are."""
        return not self.errors and self.canonical.keys() <= {*FACETS, "ordering"}

    @cached_property
    def _conditions(self) -> Conditions:
        return conditions_from(self._asked)

    @property
    def _number(self) -> Combinable:
        """For a query: how many customers are asked for, exactly."""
        if self._is_kept:
            return kept_number(self._organizer, self._conditions)
        return counted_number(self._found) if self._rare is None else Value(len(self._rare))

    def page(self, number: int, size: int) -> Page[Customer]:
        """Raises EmptyPage where the list is not that long."""
        paginator = Paginator(self.customers, size)
        if self._is_kept:
            paginator.count = self.count()
        return paginator.page(number)

    def read_page(self, fields: Sequence[str], number: int, size: int) -> Stretch:
        """These fields of a page of customers. Without rows where the list is not that long."""
        return self._walk(fields).read_from((number - 1) * size, size)

    def read_beyond(self, fields: Sequence[str], place: Place, size: int) -> Stretch:
        """These fields of the customers beyond the place, whatever happened to those before."""
        return self._walk(fields).read_beyond(place, size)

    def _walk(self, fields: Sequence[str]) -> Walk:
        all_of = None if self.is_filtered or self.errors else self._organizer.pk
        return Walk(self._met, self.ordering, fields, self._number, self.count, all_of)

    def read_json(self, fields: Sequence[str]) -> Iterator[str]:
        """All customers, as JSON objects with these fields. Can be read outside of the scope."""
        return read_json(self.customers, fields)

    def read_texts(self, fields: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """All customers, as the texts of these fields. Can be read outside of the scope."""
        return read_texts(self.customers, fields)
