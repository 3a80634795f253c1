"""The list page: its view, and all values that its template shows for a query string."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.customers import services
from portal.customers.counters.maintained_counts import FacetCounts
from portal.customers.html.overview import Charts, make_charts
from portal.customers.html.paging import (
    DEFAULT_SIZE,
    OVERVIEW,
    OVERVIEW_ON,
    WITHIN_PARAMETER,
    ListLinks,
    ListPosition,
    OwnLayout,
    PageForm,
    Pager,
)
from portal.customers.html.table import ColumnMenu, CustomerTable, LayoutLink
from portal.customers.query.filter_fields import (
    EmptyFilter,
    FacetFilter,
    SinceFilter,
    UntilFilter,
    YesNoFilter,
)
from portal.customers.query.filters import (
    AS_OF,
    DEFAULT_ORDERING,
    FILTERS,
    GROUPS,
    PARAMETERS,
    PRESETS,
    REPEATABLE,
)
from portal.customers.query.query import (
    CustomerQuery,
    InvalidQuery,
    canonical_query,
    filter_form,
    list_key,
)
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.saved_views import services as saved_views
from portal.web.http import PortalRequest, htmx_page_path, render_page, wants_fragment

if TYPE_CHECKING:
    from django.forms import Form
    from django.forms.boundfield import BoundField
    from django.forms.widgets import ChoiceWidget
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.customers.query.counts import ListCount
    from portal.customers.query.excerpts import Excerpt
    from portal.customers.query.overview import Overview
    from portal.customers.services import CustomerPage
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer
    from portal.saved_views.models import SavedView

# The parameters that do not change which customers a list has.
PAGE_PARAMETERS = ("page", "page_size", "density", OVERVIEW)


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def customer_list(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The page with the list of customers."""
    if query := _limited_search_query(request) or _stored_layout_query(request):
        return redirect(f"{request.path}?{query}")
    try:
        view, parameters = saved_views.resolve_view(organizer, request.GET, member=request.user)
    except saved_views.UnknownView as error:
        raise Http404 from error
    if wants_fragment(request, "count"):
        return _render_exact_count(request, organizer, view, parameters)
    listing = read_listing(request.access, parameters=parameters, path=request.path)
    listing.view = view
    if listing.is_past_end and not wants_fragment(request, "results"):
        return redirect(listing.links.current_url)
    context = {"listing": listing, "may_update": _may_update(request, view)}
    if not wants_fragment(request, "results"):
        context |= _saved_view_tabs(request, listing)
    response = render_page(
        request,
        "customers/list.html",
        context,
        fragment="customers/_results.html",
        region="results",
        status=listing.http_status,
    )
    if request.htmx:
        response[_history_header(request, listing.links.current_url)] = listing.links.current_url
    return response


def _saved_view_tabs(request: PortalRequest, listing: CustomerListing) -> dict[str, Any]:
    """The template context of the saved views above the list. htmx requests their counts later."""
    views = saved_views.list_views(listing.organizer, member=request.user)
    current = listing.view.slug if listing.view else ""
    return {"views": [(view, None) for view in views], "total": listing.total, "current": current}


def _stored_layout_query(request: PortalRequest) -> str:
    """The query string of the layout that the member stored, if the URL has no parameters.

    "" for a request by htmx: the page that sends the request shows the layout of its URL.
    """
    stored_layout = request.access.layout
    if request.GET or request.htmx or not stored_layout:
        return ""
    return stored_layout if PageForm(QueryDict(stored_layout)).is_valid() else ""


def _limited_search_query(request: PortalRequest) -> str:
    """The query string of a search on a customer's page that is limited to a list.

    The query string has the filters of the list and the search. "" if the search is not limited.
    """
    if WITHIN_PARAMETER not in request.GET:
        return ""
    query = QueryDict(request.GET[WITHIN_PARAMETER], mutable=True)
    for name in ("page", AS_OF):
        query.pop(name, None)
    query["search"] = request.GET.get("search", "")
    return query.urlencode()


def _may_update(request: PortalRequest, view: SavedView | None) -> bool:
    return view is not None and saved_views.may_change(request.access, view, member=request.user)


def _render_exact_count(
    request: PortalRequest, organizer: Organizer, view: SavedView | None, parameters: QueryDict
) -> HttpResponse:
    """A fragment with the exact count of a list that the browser shows already."""
    listing = read_listing(
        request.access, parameters=parameters, path=request.path, counts_exactly=True
    )
    listing.view = view
    return render_page(
        request,
        "customers/list.html",
        {"listing": listing},
        fragment="customers/_exact_count.html",
        region="count",
        status=listing.http_status,
    )


def _history_header(request: PortalRequest, url: str) -> str:
    """The htmx header that adds a new URL to the browser's history.

    While the user types a search, history.js replaces the entry instead.
    """
    return "HX-Replace-Url" if htmx_page_path(request) == url else "HX-Push-Url"


@dataclass(frozen=True)
class FieldError:
    """The errors of a URL parameter, and the URL without the invalid value."""

    name: str
    label: str
    text: str
    href: str


@dataclass(frozen=True)
class FilterBox:
    """A checkbox or radio button of a filter.

    `number` is the number of customers that match the choice, if known.
    """

    value: str
    label: StrOrPromise
    is_checked: bool
    number: int | None = None


@dataclass(frozen=True)
class FilterChoices:
    """A filter with checkboxes or radio buttons. The choices of a facet show counts."""

    field: BoundField
    boxes: Sequence[FilterBox]
    is_facet: bool
    template: str = "customers/_boxes.html"


@dataclass(frozen=True)
class TimePreset:
    """A relative date to choose for a range of times.

    The link sets the filter `name`, and removes the filter `removed`, the other end of the range.
    """

    name: str
    value: str
    removed: str
    label: StrOrPromise
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class TimeRange:
    """The two filters of a range of times, with inputs for dates and a choice of relative dates."""

    legend: StrOrPromise
    since: BoundField
    until: BoundField
    links: ListLinks
    template: str = "components/_time_range.html"

    @cached_property
    def presets(self) -> list[TimePreset]:
        since, until = self.since.name, self.until.name
        names = {"since": (since, until), "until": (until, since)}
        return [self._preset(*names[end], value, label) for end, value, label in PRESETS]

    def _preset(self, name: str, removed: str, value: str, label: StrOrPromise) -> TimePreset:
        values, query = {name: value, removed: ""}, self.links.query
        is_chosen = all(query.get(each, "") == text for each, text in values.items())
        href = self.links.with_filters(values)
        return TimePreset(name, value, removed, label, href, is_chosen)

    @property
    def is_preset(self) -> bool:
        """Whether a relative date is chosen, which the inputs for dates cannot show."""
        return any(preset.is_chosen for preset in self.presets)

    @property
    def href(self) -> str:
        """The URL of the list without the two filters of the range."""
        return self.links.with_filters({self.since.name: "", self.until.name: ""})


@dataclass(frozen=True)
class TextInput:
    """A filter with a text input."""

    field: BoundField
    template: str = "components/_text_input.html"


FilterPart = FilterChoices | TimeRange | TextInput


@dataclass(frozen=True)
class FilterGroup:
    """The filters that a button of the list page opens."""

    name: str
    label: StrOrPromise
    parts: Sequence[FilterPart]


@dataclass(frozen=True)
class FilterChip:
    """An active filter, which the page shows with a link that removes it."""

    name: str
    label: str
    value: str
    removed: str  # the value of the form that the link removes
    href: str
    count: ListCount | None = None  # the count without the filter, if the list is empty


@dataclass
class CustomerListing:
    """Everything that the page of a list shows: rows, count and filters, or errors."""

    organizer: Organizer
    parameters: QueryDict
    path: str
    paging: PageForm
    form: Form
    errors: Mapping[str, list[str]]
    totals: FacetCounts
    view: SavedView | None = None
    stored_layout: str = ""  # see Access.layout
    query: CustomerQuery | None = None  # None if a parameter is invalid
    page: CustomerPage | None = None  # None if a parameter is invalid
    facet_counts: FacetCounts | None = None
    overview: Overview | None = None  # None if the overview is off or the list is too long
    # The count of an empty list without one of its filters, by name and value of the filter.
    counts_without: Mapping[tuple[str, str], ListCount | None] = field(default_factory=dict)
    # Whether the URL has a page number past the end, so that `page` is the last page instead.
    is_past_end: bool = False
    # Excerpts from notes, by primary key, for customers that match the search by notes only.
    excerpts: Mapping[int, Excerpt] = field(default_factory=dict)

    @property
    def field_errors(self) -> Iterator[FieldError]:
        """The errors of parameters, each with a link that removes the invalid value."""
        for name, texts in self.errors.items():
            field = self.form.fields.get(name)
            href = self.links.without_filter(name) if field else self.links.to_page(1)
            label = str(field.label or "") if field else ""
            yield FieldError(name, label, " ".join(texts), href)

    @property
    def http_status(self) -> int:
        return 422 if self.errors else 200

    @property
    def total(self) -> int:
        """The number of all customers of the organizer."""
        return self.totals.total

    @property
    def is_filtered(self) -> bool:
        return bool(self.links.query.keys() - {"ordering"})

    @property
    def has_other_filters(self) -> bool:
        """Whether the list has an active filter besides the search."""
        return bool(self.links.query.keys() - {"search", "ordering"})

    @cached_property
    def links(self) -> ListLinks:
        return ListLinks(
            self.path,
            canonical_query(self.parameters),
            page_size=self.paging.size,
            default_size=DEFAULT_SIZE,
            page=self.page.number if self.page else self.paging.number or 1,
            as_of=self.query.as_of if self.query else {},
            view=self.view,
            layout=self.paging.layout,
            has_stored_layout=bool(self.stored_layout),
        )

    @property
    def export_parameters(self) -> Iterator[tuple[str, str]]:
        """The parameters of the list for a link to its export, without PAGE_PARAMETERS."""
        for name, values in QueryDict(self.links.current_query).lists():
            if name not in PAGE_PARAMETERS:
                yield from ((name, value) for value in values)

    @property
    def is_too_long_for_excel(self) -> bool:
        return bool(self.page and self.page.count.number > settings.MAX_WORKBOOK_ROWS)

    @property
    def without_filters(self) -> str:
        """The URL of the list without filters. The order is kept unless it is invalid."""
        links = self.links
        if "ordering" in self.errors:
            links = replace(links, query=QueryDict())
        return links.without_filters

    @property
    def removed_parameters(self) -> str:
        """The names of the parameters that `without_filters` removes, separated by spaces."""
        remaining = () if "ordering" in self.errors else ("ordering",)
        return " ".join(name for name in PARAMETERS if name not in remaining)

    @cached_property
    def chips(self) -> list[FilterChip]:
        """A chip for each value of an active filter, such as each language.

        `as_of`, the date from which relative dates are counted, has a chip if it is not today.
        """
        return [
            FilterChip(
                name,
                FILTERS[name].describe_label(value),
                FILTERS[name].describe(value),
                value,
                self.links.without_filter(name, value),
                self.counts_without.get((name, value)),
            )
            for name, value in _active_filters(self.links.query)
            if name not in self.errors
        ]

    @property
    def chips_to_drop(self) -> list[FilterChip]:
        """The chips of an empty list whose removal adds customers, or may add some."""
        return [chip for chip in self.chips if chip.count is None or chip.count.number]

    @property
    def active_filters(self) -> int:
        """The number of active filters without the search."""
        return sum(chip.name != "search" for chip in self.chips)

    @property
    def unknown_parameters(self) -> list[str]:
        known = {*PARAMETERS, *self.paging.fields}
        return [name for name in self.parameters if name not in known]

    @property
    def pager(self) -> Pager | None:
        return Pager(self.page, self.links) if self.page else None

    @cached_property
    def table(self) -> CustomerTable:
        ordering = self.query.ordering[0] if self.query else DEFAULT_ORDERING
        return CustomerTable(
            self.page.rows if self.page else [],
            columns=self.paging.shown_columns,
            links=self.links,
            ordering=ordering,
            positions=self._encrypted_positions,
            excerpts=self.excerpts,
        )

    @property
    def column_menu(self) -> ColumnMenu:
        return ColumnMenu(self.paging.shown_columns, self.links)

    @property
    def own_layout(self) -> OwnLayout:
        return OwnLayout(self.stored_layout, self.paging.own_layout, self.links.current_query)

    @property
    def overview_toggle(self) -> LayoutLink:
        value = "" if self.paging.has_overview else OVERVIEW_ON
        return LayoutLink(value, self.links.with_layout(overview=value))

    @property
    def charts(self) -> Charts | None:
        """The charts of the overview; None if the overview is off or the list is too long."""
        if self.overview is None or self.query is None:
            return None
        zone = ZoneInfo(self.organizer.timezone)
        return make_charts(self.overview, self.query, self.links, zone=zone)

    @property
    def _encrypted_positions(self) -> dict[int, str]:
        """The encrypted position of each row in the list, by primary key."""
        if self.page is None or self.query is None:
            return {}
        page, key = self.page, list_key(self.organizer, self.query)
        total = page.count.number if page.count.is_exact else None
        return {
            customer.pk: ListPosition(keys, number, total).encrypt(key)
            for number, (customer, keys) in enumerate(
                zip(page.rows, page.keys, strict=True), start=page.start_index
            )
        }

    @cached_property
    def exact_matches(self) -> Sequence[tuple[Customer, str]]:
        """Customers that match the search exactly, with URLs.

        Empty if the rows of the page are exactly these customers.
        """
        if self.page is None:
            return []
        exact_matches = self.page.exact_matches
        is_all = [each.pk for each in exact_matches] == [each.pk for each in self.page.rows]
        return (
            [] if is_all else [(each, self.table.url_of_customer(each)) for each in exact_matches]
        )

    @property
    def hidden_values(self) -> Iterator[tuple[str, str]]:
        """The values of filters without a visible input, for hidden inputs of the form."""
        for name, each in FILTERS.items():
            value = self.form[name].value()
            if value and not each.group and name not in ("search", "ordering", AS_OF, *REPEATABLE):
                yield name, value

    @property
    def checkbox_filters(self) -> list[str]:
        """The names of filters with checkboxes.

        A browser sends no value if no checkbox is checked.
        """
        return [name for name in PARAMETERS if name in REPEATABLE]

    @property
    def choices_without_a_box(self) -> Iterator[tuple[str, str]]:
        """Values of filters that have no checkbox, such as a language that no customer has.

        The form has hidden inputs with the values.
        """
        for name in sorted(REPEATABLE - self.errors.keys()):
            has_boxes = FILTERS[name].group
            offered = {box.value for box in _filter_boxes(self.form[name])} if has_boxes else ()
            values = self.links.query.getlist(name)
            yield from ((name, value) for value in values if value not in offered)

    @cached_property
    def filter_groups(self) -> list[FilterGroup]:
        """The filters of the form in groups, in the order of their declarations."""
        return [
            FilterGroup(name, label, self._filters_of_group(name, label))
            for name, label in GROUPS.items()
        ]

    def _filters_of_group(self, group: str, legend: StrOrPromise) -> list[FilterPart]:
        filters = {name: each for name, each in FILTERS.items() if each.group == group}
        since = [self.form[name] for name, each in filters.items() if isinstance(each, SinceFilter)]
        until = [self.form[name] for name, each in filters.items() if isinstance(each, UntilFilter)]
        ranges = [
            TimeRange(legend, *fields, self.links) for fields in zip(since, until, strict=True)
        ]
        others = [
            self._filter_choices(name)
            if isinstance(each, YesNoFilter | FacetFilter | EmptyFilter)
            else TextInput(self.form[name])
            for name, each in filters.items()
            if not isinstance(each, SinceFilter | UntilFilter)
        ]
        return [*ranges, *others]

    def _filter_choices(self, name: str) -> FilterChoices:
        field, filter_ = self.form[name], FILTERS[name]
        if not isinstance(filter_, FacetFilter):
            return FilterChoices(field, _filter_boxes(field), is_facet=False)
        boxes = _filter_boxes(field)
        if self.facet_counts is not None and self.query:
            numbers = self.facet_counts.by_facet(name, self.query.conditions)
            boxes = [
                replace(box, number=numbers.get(filter_.facet_value(box.value), 0)) for box in boxes
            ]
        return FilterChoices(field, boxes, is_facet=True)


def read_listing(
    access: Access, *, parameters: QueryDict, path: str, counts_exactly: bool = False
) -> CustomerListing:
    """Read all that the page shows: rows, or with `counts_exactly` an exact count without rows."""
    organizer, paging = access.organizer, PageForm(parameters)
    query, errors = _parse_query(access, parameters)
    errors.update({name: [*map(str, words)] for name, words in paging.errors.items()})
    page, is_past_end = None, False
    if query and not errors:
        page, is_past_end = _read_page_or_last(
            organizer, query, paging, counts_exactly=counts_exactly
        )
    totals = page.totals if page else services.count_all_customers(organizer)
    return CustomerListing(
        organizer=organizer,
        parameters=parameters,
        path=path,
        paging=paging,
        form=filter_form(parameters, organizer=organizer, locales=_locales_by_frequency(totals)),
        errors=errors,
        totals=totals,
        stored_layout=access.layout,
        query=query,
        page=page,
        facet_counts=page.facets if page else None,
        overview=_read_overview(organizer, query, page, paging),
        counts_without={} if counts_exactly else _count_without_each_filter(organizer, query, page),
        is_past_end=is_past_end,
        excerpts=_find_excerpts(organizer, query, page),
    )


def _parse_query(
    access: Access, parameters: QueryDict
) -> tuple[CustomerQuery | None, dict[str, list[str]]]:
    try:
        return services.parse_query(
            access.organizer, parameters, reads_notes=access.reads_notes
        ), {}
    except InvalidQuery as error:
        return None, dict(error.errors)


def _active_filters(canonical: QueryDict) -> list[tuple[str, str]]:
    """The name and the value of each active filter in a canonical query string."""
    return [
        (name, value)
        for name, values in canonical.lists()
        if name != "ordering"
        for value in values
        if (name, value) != (AS_OF, localdate().isoformat())
    ]


def _count_without_each_filter(
    organizer: Organizer, query: CustomerQuery | None, page: CustomerPage | None
) -> Mapping[tuple[str, str], ListCount | None]:
    """The counts without one of the filters, if filters make the list empty."""
    if query is None or page is None or page.count.number or page.totals.total == 0:
        return {}
    filters = _active_filters(query.canonical)
    return services.count_without_each_filter(organizer, query=query, filters=filters)


def _find_excerpts(
    organizer: Organizer, query: CustomerQuery | None, page: CustomerPage | None
) -> Mapping[int, Excerpt]:
    if query is None or page is None or not page.rows:
        return {}
    return services.find_excerpts(organizer, query=query, customers=page.rows)


def _locales_by_frequency(totals: FacetCounts) -> list[str]:
    """The languages of the organizer's customers, the most frequent first."""
    counts = totals.by_facet("locale", {})
    return sorted(counts, key=lambda locale: (-counts[locale], locale))


def _read_page_or_last(
    organizer: Organizer, query: CustomerQuery, paging: PageForm, *, counts_exactly: bool
) -> tuple[CustomerPage, bool]:
    """Read the page, or the last page if the list has fewer pages.

    Returns the page, and whether the list has fewer pages.
    """
    page = _read_page(organizer, query, paging, paging.number, counts_exactly=counts_exactly)
    if not page.is_past_end:
        return page, False
    return _read_page(organizer, query, paging, None, counts_exactly=counts_exactly), True


def _read_page(
    organizer: Organizer,
    query: CustomerQuery,
    paging: PageForm,
    number: int | None,
    *,
    counts_exactly: bool,
) -> CustomerPage:
    """Read the page with this number, or the last page if the number is None."""
    size = paging.size
    if counts_exactly and number:
        return services.make_page_with_exact_count(organizer, query=query, number=number, size=size)
    fields = CustomerTable.fields(paging.shown_columns)
    if query.searches_notes:
        fields |= services.SEARCHED_FIELDS
    return services.list_customers(organizer, query=query, number=number, size=size, fields=fields)


def _read_overview(
    organizer: Organizer, query: CustomerQuery | None, page: CustomerPage | None, paging: PageForm
) -> Overview | None:
    """Read the overview if it is on and the page has rows."""
    if query and page and page.rows and paging.has_overview:
        return services.summarize_customers(organizer, query=query)
    return None


def _filter_boxes(field: BoundField) -> list[FilterBox]:
    """The checkboxes or radio buttons of a field.

    Django's widget is not used, because it would make a template context for each box.
    """
    choices: Iterable[tuple[str, StrOrPromise]] = field.field.choices  # type: ignore[attr-defined]  # a ChoiceField
    checked = cast("ChoiceWidget", field.field.widget).format_value(field.value())
    return [FilterBox(value, label, value in checked) for value, label in choices]
