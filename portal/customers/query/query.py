"""CustomerQuery: the filters, the search and the ordering of a validated query string."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.core.validators import EMPTY_VALUES
from django.http import QueryDict

from portal.customers.counters.maintained_counts import FacetConditions
from portal.customers.query.filter_fields import FacetFilter, IndexedFilter
from portal.customers.query.filters import (
    AS_OF,
    DEFAULT_ORDERING,
    FACET_PARAMETERS,
    LOCALE_PARAMETERS,
    PARAMETERS,
    REPEATABLE,
    CustomerFilter,
    has_relative_date,
)

if TYPE_CHECKING:
    from django.forms import Form

    from portal.customers.models import CustomerQuerySet
    from portal.organizers.models import Organizer


class InvalidQuery(Exception):
    """Some parameters are invalid. `errors` has the error messages by parameter."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True)
class CustomerQuery:
    """The filters, the search and the ordering of a list."""

    canonical: QueryDict  # includes `as_of` if a filter has a relative date
    values: Mapping[str, Any] = field(default_factory=dict)  # the cleaned values, by parameter
    # The filters of django-filter, by parameter.
    filters: Mapping[str, Any] = field(default_factory=dict)
    # Whether the search also compares notes, for users with the permission to read notes.
    searches_notes: bool = False

    @classmethod
    def parse(
        cls,
        parameters: QueryDict,
        *,
        organizer: Organizer,
        locales: Iterable[str] = (),
        reads_notes: bool = False,
    ) -> CustomerQuery:
        """Parse the parameters. Unknown parameters are ignored. Raises InvalidQuery.

        `locales` has the languages of the organizer's customers. A query may have these languages
        and the languages of NAMED_LOCALES.
        """
        canonical = canonical_query(parameters)
        names = parameters.keys() & set(PARAMETERS)
        if not names:
            return cls(canonical)
        filterset = CustomerFilter(parameters, organizer=organizer, locales=locales, names=names)
        if errors := filterset.errors:
            raise InvalidQuery({name: [*map(str, words)] for name, words in errors.items()})
        if has_relative_date(canonical):
            canonical[AS_OF] = filterset.today.isoformat()
        searches_notes = reads_notes and "search" in canonical
        return cls(canonical, filterset.form.cleaned_data, filterset.filters, searches_notes)

    def without_filter_value(self, name: str, value: str, *, organizer: Organizer) -> CustomerQuery:
        """The query without one value of one parameter."""
        parameters = self.canonical.copy()
        others = [each for each in parameters.getlist(name) if each != value]
        parameters.setlist(name, others)
        return self.parse(
            parameters,
            organizer=organizer,
            locales=locales_in_parameters(parameters),
            reads_notes=self.searches_notes,
        )

    @property
    def search(self) -> str:
        return str(self.values.get("search") or "")

    @property
    def ordering(self) -> Sequence[str]:
        """The names of the sort keys. A `-` before a name reverses the order."""
        return self.values.get("ordering") or [DEFAULT_ORDERING]

    @property
    def as_of(self) -> dict[str, list[str]]:
        """The parameter `as_of`, from which relative dates are counted; {} without it."""
        return {name: days for name, days in self.canonical.lists() if name == AS_OF}

    @property
    def conditions(self) -> FacetConditions:
        """The conditions of the active filters by facets, by the name of the filter."""
        return {
            name: each.condition(self.values[name])
            for name, each in self.filters.items()
            if isinstance(each, FacetFilter) and self.values[name] not in EMPTY_VALUES
        }

    @property
    def indexed_columns(self) -> set[str]:
        """The columns that active filters compare and that have an index."""
        return {
            column
            for name, each in self.filters.items()
            if isinstance(each, IndexedFilter)
            for column in each.columns(self.values.get(name))
        }

    @property
    def is_filtered(self) -> bool:
        return bool(self.canonical.keys() - {"ordering"})

    @property
    def is_default(self) -> bool:
        """Whether the query is for all customers in the default order."""
        return not self.canonical

    @property
    def has_only_facets(self) -> bool:
        """Whether all filters are by facets.

        Maintained counts then have the number of customers of the list.
        """
        return not self.canonical.keys() - {*FACET_PARAMETERS, "ordering"}

    def filter_customers(
        self,
        customers: CustomerQuerySet,
        *,
        but: Collection[str] = (),
        scans_order: bool = False,
    ) -> CustomerQuerySet:
        """Apply all filters except those named in `but`. The search is not applied."""
        narrowed: Any = customers
        for name, each in self.filters.items():
            if name in but:
                continue
            value = self.values[name]
            if scans_order and isinstance(each, IndexedFilter):
                narrowed = each.filter_scanned(narrowed, value)
            else:
                narrowed = each.filter(narrowed, value)
        return cast("CustomerQuerySet", narrowed)


def locales_in_parameters(parameters: QueryDict) -> set[str]:
    """The languages in the parameters, valid or not."""
    return {locale for name in LOCALE_PARAMETERS for locale in parameters.getlist(name)}


def list_key(organizer: Organizer, query: CustomerQuery) -> str:
    """A text that identifies the list of a query.

    Positions in the list are encrypted for this text. A position contains counts. A search in notes
    has another text, so that users without the permission to read notes cannot use a position of
    this search.
    """
    notes = "+notes" if query.searches_notes else ""
    return f"{organizer.pk}{notes}?{query.canonical.urlencode()}"


def filter_form(parameters: QueryDict, *, organizer: Organizer, locales: Iterable[str]) -> Form:
    """A form of all filters with the values of the parameters.

    `locales` has the languages that can be chosen.
    """
    filterset = CustomerFilter(parameters, organizer=organizer, locales=locales, names=PARAMETERS)
    form: Form = filterset.form
    return form


def canonical_query(parameters: QueryDict) -> QueryDict:
    """The parameters of the list in a fixed order, without blank values and defaults.

    If a parameter has several values, the last one wins, as in Django's forms, except for
    REPEATABLE parameters.
    """
    canonical = QueryDict(mutable=True)
    for name in PARAMETERS:
        values = [value.strip() for value in parameters.getlist(name)]
        is_last = name not in REPEATABLE
        used = [*filter(None, values[-1:])] if is_last else sorted(set(values) - {""})
        if used and (name, used) != ("ordering", [DEFAULT_ORDERING]):
            canonical.setlist(name, used)
    if AS_OF in canonical and not has_relative_date(canonical):
        del canonical[AS_OF]
    return canonical
