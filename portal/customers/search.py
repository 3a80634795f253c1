"""What a query string asks for: who is found, in which order, and how many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from django.forms import Form
from django.http import QueryDict

from portal.customers.asked import Asked
from portal.customers.counts import FACETS, Count, KeptCounts, conditions_from
from portal.customers.exact import find_exact
from portal.customers.exports import read_json, read_texts
from portal.customers.filters import (
    DEFAULT_ORDERING,
    LOOKUPS,
    PARAMETERS,
    CustomerFilter,
    canonical_query,
)
from portal.customers.known import KnownWalk
from portal.customers.likelihood import likelihood_of
from portal.customers.models import Customer, CustomerQuerySet, customers_of
from portal.customers.numbers import Numbers
from portal.customers.orderings import order_sections
from portal.customers.pages import COLUMNS, CustomerPage, read_page
from portal.customers.places import Place
from portal.customers.searching import Matches, among, find_matches
from portal.customers.stretches import Stretch, Walk
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope
from portal.slots import Slot


class CustomerSearch:
    """The customers that a query string asks for, in its order. Lazy: nothing is read yet.

    A query with errors finds nobody, so that a mistake never widens a result.
    """

    def __init__(self, organizer: Organizer, query: QueryDict) -> None:
        self._organizer = organizer
        self._query = query
        self._kept = KeptCounts(organizer)
        self.canonical = canonical_query(query)
        require_scope(organizer)

    @cached_property
    def _filterset(self) -> CustomerFilter:
        return CustomerFilter(self._query, self._organizer, self._kept.read)

    @property
    def customers(self) -> CustomerQuerySet:
        """All of them, for whoever reads them to the end."""
        return self._asked().compose().in_order(self.ordering)

    def _filtered(self, *, but: Sequence[str] = (), likelihood: float | None = None) -> Asked:
        """Whoever meets the filters, or all but some of them, whatever is searched for."""
        owner = Slot("organizer", self._organizer.pk)
        everybody = Asked(lambda: customers_of(self._organizer), [owner])
        if not self._asks_anything:
            return everybody
        return self._filterset.narrow(everybody, but=but, likelihood=likelihood)

    @cached_property
    def _matches(self) -> Matches:
        """Whom the search finds."""
        search = str(self._values.get("search") or "")
        if not search:
            return Matches([])
        found = find_matches(self._filtered(but=FACETS), search, self.ordering)
        self._kept.learn(found.kept)
        return found

    @cached_property
    def exact(self) -> Sequence[Customer]:
        """Who has the whole of what is searched for, whatever the filters: see find_exact()."""
        search = str(self._values.get("search") or "")
        return find_exact(self._organizer, search) if search else []

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        """What is asked for, by parameter, as far as it is right."""
        if not self._asks_anything:
            return {}
        form = self._filterset.form
        form.is_valid()
        return form.cleaned_data

    @property
    def form(self) -> Form:
        """All filters as a form, with what was asked for."""
        return self._filterset.whole_form

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong with the query, by parameter."""
        if not self._asks_anything:
            return {}
        errors = self._filterset.errors
        return {name: [str(word) for word in words] for name, words in errors.items()}

    @cached_property
    def _asks_anything(self) -> bool:
        """Most lists are asked for as they are; that spares them a form, a third of their time."""
        return not self._query.keys().isdisjoint(PARAMETERS)

    @property
    def ordering(self) -> Sequence[str]:
        """The keys that the customers are ordered by."""
        return self._values.get("ordering") or [DEFAULT_ORDERING]

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
    def total(self) -> int:
        """All customers of the organizer, whatever is asked for."""
        return self._kept.read().total

    @cached_property
    def numbers(self) -> Numbers:
        """How many customers are asked for."""
        others = self.canonical.keys() - {*FACETS, "ordering"}
        return Numbers(
            self._organizer,
            asked=self._asked,
            conditions=conditions_from(self._values),
            left_by_others=(lambda: self._matches.met_in(self._filtered(but=FACETS)))
            if others or self.errors
            else None,
            kept=self._kept,
            seen=self._matches.seen,
            is_walked=self._matches.are_walked,
            are_few=not others.isdisjoint(LOOKUPS),
        )

    def page(self, number: int | None, size: int) -> CustomerPage:
        """The last one where there is no number. Raises EmptyPage where the list is shorter."""
        walk = self._walk(COLUMNS, lambda: self.numbers.seen_at_least)
        return read_page(walk, self.numbers, number, size)

    def count_page(self, number: int, size: int) -> CustomerPage:
        """A page that somebody has already, without its rows: the number is exact."""
        return CustomerPage(number, size, Count(self.numbers.exact()))

    def read_page(self, fields: Sequence[str], number: int, size: int) -> Stretch:
        """These fields of a page of customers. Without rows where the list is not that long."""
        return self._walk(fields, self.numbers.exact_for_plan).read_from((number - 1) * size, size)

    def read_beyond(self, fields: Sequence[str], place: Place, size: int) -> Stretch:
        """These fields of the customers beyond the place, whatever happened to those before."""
        return self._walk(fields, self.numbers.exact_for_plan).read_beyond(place, size)

    def _walk(self, fields: Sequence[str], count: Callable[[], int | None]) -> Walk:
        numbers, likelihood = self.numbers, self._likelihood(count)
        filtered = self._filtered(likelihood=likelihood)
        in_query = numbers.in_query if likelihood is None else None
        how = (self.ordering, fields, in_query, numbers.exact)
        known = self._matches.known_in_order(numbers.conditions)
        if known is None:
            return Walk(self._matches.met_in(filtered), *how)
        return KnownWalk(among(filtered, known), *how, known, partial(among, filtered))

    def _likelihood(self, count: Callable[[], int | None]) -> float | None:
        """Of customers to meet filters by time, where the order is none by the same time."""
        times = self._filterset.times if self._asks_anything else set()
        is_walked = self.ordering[0].removeprefix("-") in times or self._values.get("search")
        number = count() if times and not is_walked else None
        return None if number is None else likelihood_of(number, self.total)

    @property
    def _sections(self) -> list[CustomerQuerySet]:
        """All of them in order, for whoever reads them one by one."""
        return self._asked().compose().in_sections(order_sections(self.ordering))

    def _asked(self) -> Asked:
        """All of them, for whoever reads or counts them to the end."""
        return self._matches.all_in(self._filtered())

    def read_json(self, fields: Sequence[str]) -> Iterator[str]:
        """All customers, as JSON objects with these fields. Can be read outside of the scope."""
        return read_json(self._sections, fields)

    def read_texts(self, fields: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """All customers, as the texts of these fields. Can be read outside of the scope."""
        return read_texts(self._sections, fields)
