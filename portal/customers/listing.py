"""What the list page shows for a query string, for its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import EmptyPage
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.customers import services
from portal.customers.chips import Chip, list_chips
from portal.customers.counts import FACETS
from portal.customers.filters import PARAMETERS
from portal.customers.links import ListLinks
from portal.customers.paging import DEFAULT_SIZE, PageForm, Pager
from portal.customers.tables import CustomerTable

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField, BoundWidget

    from portal.customers.models import Customer
    from portal.customers.pages import CustomerPage
    from portal.organizers.models import Organizer


@dataclass(frozen=True)
class Mistake:
    """A value that cannot be used: what it concerns, what is wrong, the address without it."""

    label: str
    words: str
    href: str


@dataclass(frozen=True)
class Facet:
    """A filter with the boxes to choose from, each with its number, where that is known."""

    field: BoundField
    boxes: Sequence[tuple[BoundWidget, int | None]]


class CustomerListing:
    """The list for one query string: its rows, its count, its filters, or what is wrong with it."""

    def __init__(
        self, organizer: Organizer, *, query: QueryDict, path: str, counts_exactly: bool = False
    ) -> None:
        """Whoever has the rows already can have it once more with the exact number, without."""
        self.search = services.search_customers(organizer, query=query)
        self._query = query
        self.path = path
        self._counts_exactly = counts_exactly
        self._paging = PageForm(query)
        self._paging.is_valid()

    @property
    def form(self) -> object:
        return self.search.form

    @cached_property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong with the query, by parameter."""
        if not self._mistakes and self.page is None:
            return {"page": [_("The list is not that long.")]}
        return self._mistakes

    @cached_property
    def _mistakes(self) -> Mapping[str, list[str]]:
        paging = {
            name: [str(word) for word in words] for name, words in self._paging.errors.items()
        }
        return {**self.search.errors, **paging}

    @property
    def mistakes(self) -> Iterator[Mistake]:
        """The errors in the order of the filters, each with the way to drop its value."""
        for name, words in self.errors.items():
            field = self.search.form.fields.get(name)
            href = self.links.without(name) if field else self.links.to_page(1)
            yield Mistake(str(field.label or "") if field else "", " ".join(words), href)

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    @cached_property
    def page(self) -> CustomerPage | None:
        """None where the query has a mistake, or the list is not that long."""
        if self._mistakes:
            return None
        number, size = self._paging.number, self._paging.size
        if self._counts_exactly and number:
            return self.search.count_page(number, size)
        try:
            return self.search.page(number, size)
        except EmptyPage:
            return None

    @cached_property
    def links(self) -> ListLinks:
        return ListLinks(
            self.path,
            self.search.canonical,
            page_size=self._paging.size,
            default_size=DEFAULT_SIZE,
            page=self.page.number if self.page else self._paging.number or 1,
        )

    @property
    def everything(self) -> str:
        """The list without filters, in the order that was asked for, unless that is a mistake."""
        links = self.links
        if "ordering" in self.errors:
            links = replace(links, query=QueryDict())
        return links.everything

    @cached_property
    def chips(self) -> list[Chip]:
        return list(list_chips(self.search, self.links))

    @property
    def unknown_parameters(self) -> list[str]:
        known = {*PARAMETERS, "page", "page_size"}
        return [name for name in self._query if name not in known]

    @property
    def pager(self) -> Pager | None:
        return Pager(self.page, self.links) if self.page else None

    @cached_property
    def table(self) -> CustomerTable:
        return CustomerTable(
            self.page.rows if self.page else [],
            links=self.links,
            ordering=self.search.ordering[0],
        )

    @cached_property
    def exact(self) -> Sequence[tuple[Customer, str]]:
        """Who has the whole of what is searched for, with an address, unless nobody else is shown.

        They stand above the first page, and need not be on it: other filters may leave them out.
        """
        if self.page is None or self.page.number > 1:
            return []
        exact = self.search.exact
        is_all = [each.pk for each in exact] == [each.pk for each in self.page.rows]
        return [] if is_all else [(each, self.table.address(each)) for each in exact]

    @property
    def has_other_filters(self) -> bool:
        """Whether more than a search narrows the list."""
        return bool(self.search.canonical.keys() - {"search", "ordering"})

    @property
    def hidden(self) -> Iterator[tuple[str, str]]:
        """Filters that only an address can have; the form keeps them."""
        for name in ("email", "external_identifier", "modified_since"):
            if value := self.search.form[name].value():
                yield name, value
        for value in self._locales_without_a_box():
            yield "locale", value

    def _locales_without_a_box(self) -> list[str]:
        """Languages that are asked for, and that no customer has."""
        if "locale" in self.errors:
            return []
        boxes = self.facets["locale"].boxes
        offered = {str(box.data["value"]) for box, _number in boxes}
        return [each for each in self.search.form["locale"].value() or () if each not in offered]

    @cached_property
    def facets(self) -> dict[str, Facet]:
        """The filters that say beforehand how many customers each choice would leave."""
        return {name: self._facet(name) for name in FACETS}

    def _facet(self, name: str) -> Facet:
        field = self.search.form[name]
        by_value = None if self._mistakes else self.search.count_by(name)
        return Facet(field, [(box, _number_at(box, by_value)) for box in field])


def _number_at(box: BoundWidget, by_value: Mapping[Any, int] | None) -> int | None:
    """What leaves all is the sum; None where it is unclear."""
    value = str(box.data["value"])
    if by_value is None:
        return None
    if not value:
        return sum(by_value.values())
    key: str | bool = {"true": True, "false": False}.get(value, value)
    return by_value.get(key, 0)
