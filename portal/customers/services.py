"""The services of customers: the only functions by which pages and API read and change customers.

When a function returns, it has run all its queries, except the functions that return streams.
Imports are in `importing/`, the rules for changes in `changing/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.customers import locales
from portal.customers.changing import erase, notes, submissions, undo, write
from portal.customers.changing.fields import InvalidValues as InvalidValues
from portal.customers.changing.journal import JournalUnavailable as JournalUnavailable
from portal.customers.changing.notes import NotePage
from portal.customers.changing.notes import UnknownNote as UnknownNote
from portal.customers.changing.undo import CannotUndo as CannotUndo
from portal.customers.changing.undo import EventNotFound as EventNotFound
from portal.customers.changing.undo import UndoConflict as UndoConflict
from portal.customers.changing.write import EditConflict as EditConflict
from portal.customers.changing.write import VersionMismatch as VersionMismatch
from portal.customers.counters.maintained_counts import FacetCounts, read_maintained_counts
from portal.customers.exporting.events import read_event_rows
from portal.customers.exporting.stream import read_rows_as_json, read_rows_as_texts
from portal.customers.models import (
    IDENTIFIER,
    Customer,
    CustomerQuerySet,
    Note,
    customers_of_organizer,
)
from portal.customers.models import CustomerNotFound as CustomerNotFound
from portal.customers.query.counts import (
    NO_LIMIT,
    ListCount,
    count_expression,
    count_facets,
    keep_ordering_in_subquery,
)
from portal.customers.query.cursor import Cursor
from portal.customers.query.excerpts import Excerpt, read_excerpts
from portal.customers.query.filters import FACET_PARAMETERS
from portal.customers.query.ordering import order_sections, querysets_of_sections
from portal.customers.query.overview import Overview, read_overview
from portal.customers.query.page import (
    FIELDS,
    MAX_PAGE_NUMBER,
    PAGE_SIZE,
    OrderedIndexScan,
    RowPage,
    SortedSearchMatches,
    last_page_number,
    read_default_api_page,
)
from portal.customers.query.query import CustomerQuery, locales_in_parameters
from portal.customers.query.search import (
    Search,
    SearchMatches,
    find_exact_matches,
    find_search_matches,
)
from portal.databases.compiled import CompiledQuery, Row
from portal.history.expiry import get_expiry_cutoff
from portal.history.queries import PAGE_SIZE as EVENT_PAGE_SIZE
from portal.history.queries import EventPage, EventQuery, events_of_organizer, read_events
from portal.history.queries import UnknownEvent as UnknownEvent
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.history.actors import Actor
    from portal.history.models import Event
    from portal.organizers.models import Organizer

# All columns of customers, in the order that Model.from_db() expects.
COLUMNS: Final = tuple(field.attname for field in Customer._meta.concrete_fields)
# The fields of customers that find_excerpts() reads.
SEARCHED_FIELDS: Final = frozenset({"search_text", "phone_key"})
NO_COUNTS: Final = FacetCounts({})
# With more matches than this, scanning the order finds the next customer faster than sorting the
# matches.
MAX_SORTED_FOR_NEIGHBOURS: Final = 1_000
# PostgreSQL sorts as many in a tenth of a second.
MAX_SORTED: Final = 50_000
# An empty list shows how many customers it would have without one of its filters, for at most this
# many filters.
MAX_FILTERS_COUNTED: Final = 5


class PageNumber(NamedTuple):
    """A page by its number.

    `total` is the number of customers of the list if a previous request counted them.
    """

    number: int
    size: int
    total: int | None = None


class AfterCursor(NamedTuple):
    """The page after a cursor."""

    cursor: Cursor
    size: int


@dataclass(frozen=True)
class CustomerPage:
    """A page of the HTML list."""

    number: int
    size: int
    count: ListCount
    rows: Sequence[Customer] = ()
    keys: Sequence[Row] = ()  # the sort key values of each row
    is_last: bool = False
    is_past_end: bool = False  # whether the list has fewer pages than `number`; `count` is 0 then
    totals: FacetCounts = NO_COUNTS  # the counts of all customers of the organizer
    facets: FacetCounts | None = None  # the counts with all filters except facets, if counted
    exact_matches: Sequence[Customer] = ()  # customers whose email or identifier equals the search

    @property
    def start_index(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def end_index(self) -> int:
        return min(self.number * self.size, self.count.number)

    @property
    def last_page_number(self) -> int | None:
        """The number of the last page, or None without an exact count."""
        return last_page_number(self.count.number, self.size) if self.count.is_exact else None


class Neighbour(NamedTuple):
    """The previous or next customer in a list, with the values of its sort keys."""

    identifier: str
    keys: Row


@dataclass(frozen=True)
class Neighbours:
    """The customers before and after a position in a list. None at an end of the list."""

    previous: Neighbour | None
    next: Neighbour | None


def parse_query(
    organizer: Organizer, parameters: QueryDict, *, reads_notes: bool = False
) -> CustomerQuery:
    """Parse the parameters of a list. With `reads_notes`, the search also compares notes.

    Raises InvalidQuery.
    """
    named = locales_in_parameters(parameters)
    has_unnamed = not named <= {"", *locales.NAMED_LOCALES}
    used = count_all_customers(organizer).by_facet("locale", {}) if has_unnamed else ()
    return CustomerQuery.parse(
        parameters, organizer=organizer, locales=used, reads_notes=reads_notes
    )


def list_customers(
    organizer: Organizer,
    *,
    query: CustomerQuery,
    number: int | None,
    size: int,
    fields: Collection[str] = COLUMNS,
) -> CustomerPage:
    """A page of the HTML list. The count of the list may be a minimum.

    `number` is None for the last page.

    `fields` has the fields to read, among them `id`. All other fields are deferred.
    """
    list_counts = _read_list_counts(organizer, query)
    columns = tuple(name for name in COLUMNS if name in fields)
    if number and number > MAX_PAGE_NUMBER:
        found = _page_past_end(number, size)
    elif list_counts.matches is not None:
        matches = list_counts.matches.with_conditions(query.conditions)
        customers = customers_of_organizer(organizer)
        scan = SortedSearchMatches(customers, matches, query.ordering, columns)
        found = _read_page_with_total(scan, len(matches.rows), number, size)
    else:
        found = _read_page_by_scan(organizer, query, list_counts, number, size, columns)
    exact_matches = _exact_matches_of_page(organizer, query, found.number)
    return replace(
        found, totals=list_counts.totals, facets=list_counts.facets, exact_matches=exact_matches
    )


def find_excerpts(
    organizer: Organizer, *, query: CustomerQuery, customers: Sequence[Customer]
) -> Mapping[int, Excerpt]:
    """Excerpts from notes, by primary key, for the customers that match the search by notes only.

    `customers` have the fields SEARCHED_FIELDS.
    """
    if not query.searches_notes:
        return {}
    search = _parse_search(organizer, query)
    found = [each for each in customers if not search.matches_without_notes(each)]
    return read_excerpts(organizer, found, [*search.words, *search.number]) if found else {}


def make_page_with_exact_count(
    organizer: Organizer, *, query: CustomerQuery, number: int, size: int
) -> CustomerPage:
    """A page with an exact count and without rows, for a browser that shows the rows already."""
    return CustomerPage(
        number,
        size,
        ListCount(count_customers(organizer, query=query)),
        totals=read_maintained_counts(organizer),
        exact_matches=_exact_matches_of_page(organizer, query, number),
    )


def count_customers(organizer: Organizer, *, query: CustomerQuery) -> int:
    """The exact number of customers in the list of the query."""
    if query.has_only_facets:
        return read_maintained_counts(organizer).count_matching(query.conditions)
    return keep_ordering_in_subquery(_matching_customers(organizer, query)).count()


def count_customers_within_limits(
    organizer: Organizer, *, query: CustomerQuery
) -> ListCount | None:
    """The number of customers in the list, exact or a minimum; None if counting takes too long."""
    require_scope(organizer)
    return _read_list_counts(organizer, query).count_of_list(query)


def count_without_each_filter(
    organizer: Organizer, *, query: CustomerQuery, filters: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], ListCount | None]:
    """The number of customers in the list without one of its filters, for each of `filters`.

    A filter is a name and a value. Facets are counted without a further statement. Among the other
    filters, only the first MAX_FILTERS_COUNTED are counted. The number is None for filters that are
    not counted, and if counting takes too long.
    """
    require_scope(organizer)
    # Lists that differ only in facets have the same counts by facets.
    without_facets = _read_list_counts(organizer, query) if query.conditions else None
    needing = [
        name_and_value for name_and_value in filters if name_and_value[0] not in query.conditions
    ]
    counts: dict[tuple[str, str], ListCount | None] = dict.fromkeys(needing[MAX_FILTERS_COUNTED:])
    for name, value in filters:
        if (name, value) in counts:
            continue
        other = query.without_filter_value(name, value, organizer=organizer)
        list_counts = without_facets if name in query.conditions else None
        counts[name, value] = (list_counts or _read_list_counts(organizer, other)).count_of_list(
            other
        )
    return counts


def summarize_customers(organizer: Organizer, *, query: CustomerQuery) -> Overview | None:
    """Count the customers of the query by month, state and language.

    None if counting takes too long.
    """
    return read_overview(_matching_customers(organizer, query), zone=ZoneInfo(organizer.timezone))


def read_api_page(
    organizer: Organizer,
    *,
    query: CustomerQuery,
    page: PageNumber | AfterCursor,
    fields: Sequence[str],
) -> RowPage:
    """A page of customers for API clients, with the exact count of the list.

    A page after the last one has no rows. Raises ValueError for a cursor of another order.
    """
    require_scope(organizer)
    start = (page.number - 1) * page.size if isinstance(page, PageNumber) else 0
    cursor = page.cursor if isinstance(page, AfterCursor) else None
    found = None
    if query.is_default and tuple(fields) == FIELDS and page.size == PAGE_SIZE and not start:
        found = read_default_api_page(organizer.pk, cursor)
    if found is None:
        scan = _choose_api_scan(organizer, query, page, fields)
        found = (
            scan.read_page_after(cursor, page.size) if cursor else scan.read_page(start, page.size)
        )
    if found.count is None:
        return replace(found, count=count_customers(organizer, query=query))
    return found


def stream_customers_as_json(
    organizer: Organizer, *, query: CustomerQuery, fields: Sequence[str]
) -> Iterator[str]:
    """Stream all customers of the query as JSON objects with these fields.

    All rows are of one snapshot of the database. The stream may be read outside of the organizer's
    scope.
    """
    return read_rows_as_json(_ordered_querysets(organizer, query), fields)


def stream_customers_as_texts(
    organizer: Organizer, *, query: CustomerQuery, fields: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """Stream all customers of the query as tuples of texts. A missing value is None."""
    return read_rows_as_texts(_ordered_querysets(organizer, query), fields)


def get_customer(organizer: Organizer, identifier: str) -> Customer:
    """Read the customer with this identifier; case matters. Raises CustomerNotFound.

    Raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    rows = (
        _by_identifier.read_rows(organizer.pk, identifier)
        if re.match(IDENTIFIER, identifier)
        else []
    )
    if not rows:
        raise CustomerNotFound(identifier)
    return Customer.from_db(None, COLUMNS, rows[0])


def find_neighbours(
    organizer: Organizer, *, query: CustomerQuery, keys: Sequence[Any]
) -> Neighbours:
    """The customers before and after a position in the list, given by its sort key values.

    The position may be that of a customer that has changed or does not exist any more. Raises
    ValueError for keys of another order.
    """
    scan = _choose_neighbour_scan(organizer, query)
    backwards, forwards = (
        scan.read_page_after(Cursor(keys, backwards=backwards), 1) for backwards in (True, False)
    )
    return Neighbours(_make_neighbour(backwards), _make_neighbour(forwards))


def matches_query(organizer: Organizer, *, query: CustomerQuery, customer: Customer) -> bool:
    """Whether the customer is in the list of the query."""
    scan = _make_ordered_scan(organizer, query, (), has_few_matches=None)
    return scan.customers.filter(pk=customer.pk).exists()


def create_customer(
    organizer: Organizer, values: Mapping[str, object], *, actor: Actor
) -> Customer:
    """Create a customer. `values` has JSON values or texts by field. Raises InvalidValues.

    Missing fields get the defaults of the API: active, verified, English.
    """
    return write.create_customer(organizer, values, actor=actor)


def change_customer(
    organizer: Organizer,
    identifier: str,
    values: Mapping[str, object],
    *,
    actor: Actor,
    version: int | None = None,
    since: int | None = None,
    touch: bool = False,
) -> Customer:
    """Change the fields in `values`, which are JSON values or texts, and return the customer.

    Raises VersionMismatch if the customer has another version than `version`. `since` is the
    version that the editor saw. Raises EditConflict if one of the fields was changed after `since`.
    `touch` sets `last_modified` even if no value differs. Raises InvalidValues and
    CustomerNotFound.
    """
    return write.change_customer(
        organizer, identifier, values, actor=actor, version=version, since=since, touch=touch
    )


def find_event(organizer: Organizer, customer: Customer, **key: int) -> Event | None:
    """The last event of the customer that has the `pk` or the `version` in `key`."""
    return events_of_organizer(organizer, customer=customer).filter(**key).order_by("-pk").first()


def erase_customer(
    organizer: Organizer, identifier: str, *, actor: Actor, version: int | None = None
) -> Customer:
    """Erase the personal data of a customer, but not the identifier, the language and the times.

    Returns the customer. A customer that is erased already does not change. Raises
    CustomerNotFound, VersionMismatch if the customer has another version than `version`, and
    JournalUnavailable if the erasure cannot be written to the journal.
    """
    return erase.erase_customer(organizer, identifier, actor=actor, version=version)


def undo_event(organizer: Organizer, identifier: str, event_id: int, *, actor: Actor) -> Customer:
    """Restore the values from before the event, and record a new event. Returns the customer.

    Undoing the creation of a customer erases the customer. Raises CustomerNotFound, EventNotFound
    and JournalUnavailable; CannotUndo for an erasure and for an event whose values have expired;
    UndoConflict if a field was changed after the event; InvalidValues if another customer has the
    email now.
    """
    return undo.undo_event(organizer, identifier, event_id, actor=actor)


def can_undo(customer: Customer, event: Event) -> bool:
    """Whether undo_event() can undo the event. The result ignores emails of other customers."""
    return undo.can_undo(customer, event)


def submit_form_once(organizer: Organizer, fingerprint: str, write: Callable[[], str]) -> str:
    """Call `write` unless a form with this fingerprint was carried out already.

    Returns the identifier from `write`, or the stored identifier of the earlier submission. Raises
    the exceptions of `write`.
    """
    return submissions.submit_form_once(organizer, fingerprint, write)


def add_note(organizer: Organizer, identifier: str, text: str, *, actor: Actor) -> Note:
    """Add a note by the actor on the customer. Returns the note.

    Raises CustomerNotFound, and InvalidValues if `text` is invalid or the customer is erased.
    """
    return notes.add_note(organizer, identifier, text, actor=actor)


def list_notes(organizer: Organizer, customer: Customer, *, before: int | None = None) -> NotePage:
    """A page of the notes on the customer, newest first.

    With `before`, the id of a note, the page begins after this note.

    Raises UnknownNote if the customer has no note with the id `before`.
    """
    return notes.read_notes(organizer, customer, before=before)


def list_events(
    organizer: Organizer,
    *,
    query: EventQuery,
    before: int | None = None,
    size: int = EVENT_PAGE_SIZE,
) -> EventPage:
    """A page of the events of the query, newest first.

    With `before`, the id of an event, the page begins after this event.

    Raises UnknownEvent if there is no event with the id `before`.
    """
    return read_events(organizer, query=query, before=before, size=size)


def stream_events(
    organizer: Organizer, *, query: EventQuery, reads_notes: bool
) -> Iterator[tuple[str | None, ...]]:
    """Stream all events of the query as texts, newest first: see exporting/events.py.

    The stream may be read outside of the organizer's scope.
    """
    expired = get_expiry_cutoff(organizer)
    return read_event_rows(organizer, query=query, reads_notes=reads_notes, expired=expired)


def count_all_customers(organizer: Organizer) -> FacetCounts:
    """The numbers of all customers of the organizer by state, verification and language."""
    return read_maintained_counts(organizer)


@dataclass(frozen=True)
class _ListCounts:
    """What is read before the rows of a page: the counts, and the matches of a selective search."""

    totals: FacetCounts
    facets: FacetCounts | None
    is_capped: bool = False  # whether more than COUNT_CAP customers match all filters except facets
    matches: SearchMatches | None = None

    def count_of_list(self, query: CustomerQuery) -> ListCount | None:
        """The number of customers, exact or a minimum.

        None if only another query could count the customers.
        """
        if self.facets is not None:
            return ListCount(self.facets.count_matching(query.conditions))
        if self.is_capped and not query.conditions:
            return ListCount(settings.COUNT_CAP, is_exact=False)
        return None

    def has_few_matches(self, query: CustomerQuery) -> bool | None:
        """Call _has_few_matches() with these counts."""
        number = NO_LIMIT if self.is_capped else None
        return _has_few_matches(query, self.facets.total if self.facets else number, self.totals)


def _read_list_counts(organizer: Organizer, query: CustomerQuery) -> _ListCounts:
    if query.has_only_facets:
        totals = read_maintained_counts(organizer)
        return _ListCounts(totals, totals)
    customers = query.filter_customers(customers_of_organizer(organizer), but=FACET_PARAMETERS)
    search = _parse_search(organizer, query)
    if not search.is_empty:
        matches, totals = find_search_matches(organizer, customers, search, query.ordering)
        if matches is None:
            return _ListCounts(totals, None, is_capped=search.is_indexed)
        return _ListCounts(totals, matches.count_facets(), matches=matches)
    facets = count_facets(organizer, customers)
    return _ListCounts(facets.totals, facets.counts, facets.is_capped)


def _read_page_by_scan(
    organizer: Organizer,
    query: CustomerQuery,
    list_counts: _ListCounts,
    number: int | None,
    size: int,
    columns: Sequence[str],
) -> CustomerPage:
    scan = _make_ordered_scan(
        organizer, query, columns, has_few_matches=list_counts.has_few_matches(query)
    )
    count = list_counts.count_of_list(query)
    if count and count.is_exact:
        return _read_page_with_total(
            _scan_with_total(scan, query, count.number), count.number, number, size
        )
    if count and not query.search:
        scan = replace(scan, least=count.number)
    if number is None or count is None:
        limit = None if number is None else settings.COUNT_CAP + 1
        scan = replace(
            scan, count=count_expression(_matching_customers(organizer, query), limit=limit)
        )
    if number is None:
        # The exact count may take longer than the time limit of a scan.
        return _read_last_page(replace(scan, matches=None), size)
    return _read_page_with_minimum(scan, count, number, size)


def _read_page_with_total(
    scan: OrderedIndexScan | SortedSearchMatches, total: int, number: int | None, size: int
) -> CustomerPage:
    number = number or last_page_number(total, size)
    start = (number - 1) * size
    if start and start >= total:
        return _page_past_end(number, size)
    found = scan.read_page(start, size)
    is_last = start + size >= total
    customers = _customers_from_rows(scan.columns, found.rows)
    return CustomerPage(number, size, ListCount(total), customers, found.keys, is_last)


def _read_page_with_minimum(
    scan: OrderedIndexScan, known: ListCount | None, number: int, size: int
) -> CustomerPage:
    """A page of a list that has more than COUNT_CAP customers, or is counted up to COUNT_CAP."""
    start, cap = (number - 1) * size, settings.COUNT_CAP
    found = scan.read_page(start, size)
    if start and not found.rows:
        return _page_past_end(number, size)
    is_last = found.after is None
    count = ListCount(found.count or 0)
    if known or count.number > cap:
        # The rows of a page beyond the cap raise the minimum. On the last page the count is exact.
        count = ListCount(max(cap, start + len(found.rows)), is_exact=is_last)
    customers = _customers_from_rows(scan.columns, found.rows)
    return CustomerPage(number, size, count, customers, found.keys, is_last)


def _read_last_page(scan: OrderedIndexScan, size: int) -> CustomerPage:
    """The last page, which is read from the end of the list, with an exact count."""
    found = scan.read_last_rows(size)
    total = found.count or 0
    number = last_page_number(total, size)
    first = -(total - (number - 1) * size)
    customers = _customers_from_rows(scan.columns, found.rows[first:])
    return CustomerPage(number, size, ListCount(total), customers, found.keys[first:], is_last=True)


def _choose_api_scan(
    organizer: Organizer,
    query: CustomerQuery,
    page: PageNumber | AfterCursor,
    fields: Sequence[str],
) -> OrderedIndexScan | SortedSearchMatches:
    search, customers = _parse_search(organizer, query), customers_of_organizer(organizer)
    if not search.is_empty:
        matches, _totals = find_search_matches(
            organizer, query.filter_customers(customers), search, query.ordering
        )
        if matches is not None:
            return SortedSearchMatches(customers, matches, query.ordering, fields)
    total, has_few_matches = _count_before_scan(organizer, query, page), None
    if query.indexed_columns:
        has_few_matches = _has_few_matches(query, total, read_maintained_counts(organizer))
    scan = _make_ordered_scan(organizer, query, fields, has_few_matches=has_few_matches)
    if total is not None:
        return _scan_with_total(scan, query, total)
    return replace(scan, count=count_expression(_matching_customers(organizer, query)))


def _count_before_scan(
    organizer: Organizer, query: CustomerQuery, page: PageNumber | AfterCursor
) -> int | None:
    """The number of customers, if the scan needs this number or it is known; otherwise None."""
    is_far = False
    if isinstance(page, PageNumber):
        if page.total is not None:
            return page.total
        is_far = (page.number - 1) * page.size > settings.FAR_PAGE_OFFSET
    # The statement that reads a page of a search has a time limit. So a statement before it counts
    # all matches.
    is_indexed = _parse_search(organizer, query).is_indexed
    if is_far or query.indexed_columns or query.has_only_facets or is_indexed:
        return count_customers(organizer, query=query)
    return None


def _choose_neighbour_scan(
    organizer: Organizer, query: CustomerQuery
) -> OrderedIndexScan | SortedSearchMatches:
    """Choose a scan that finds one row fast, for many and few matches, anywhere in the list."""
    columns, search = ("identifier",), _parse_search(organizer, query)
    if not search.is_empty:
        customers = query.filter_customers(customers_of_organizer(organizer))
        matches, _totals = find_search_matches(
            organizer, customers, search, query.ordering, most=MAX_SORTED_FOR_NEIGHBOURS
        )
        if matches is not None:
            return SortedSearchMatches(
                customers_of_organizer(organizer), matches, query.ordering, columns
            )
    if query.search or not (query.indexed_columns or query.conditions):
        return _make_ordered_scan(organizer, query, columns, has_few_matches=None)
    counts = _read_list_counts(organizer, query)
    scan = _make_ordered_scan(
        organizer, query, columns, has_few_matches=counts.has_few_matches(query)
    )
    count = counts.count_of_list(query)
    return _scan_with_total(scan, query, count.number) if count and count.is_exact else scan


def _make_neighbour(found: RowPage) -> Neighbour | None:
    return Neighbour(found.rows[0][0], found.keys[0]) if found.rows else None


def _make_ordered_scan(
    organizer: Organizer,
    query: CustomerQuery,
    columns: Sequence[str],
    *,
    has_few_matches: bool | None,
) -> OrderedIndexScan:
    """A scan in the order of the query.

    With `has_few_matches`, the database reads the customers by the index of a filter, and sorts
    them.
    """
    customers, matches = (
        query.filter_customers(
            customers_of_organizer(organizer), scans_order=has_few_matches is False
        ),
        None,
    )
    if query.search:
        search = _parse_search(organizer, query)
        matches = search.filter_matches(customers) if search.is_indexed else None
        customers = search.filter_by_scan(customers)
    return OrderedIndexScan(
        customers, query.ordering, columns, is_sorted=bool(has_few_matches), matches=matches
    )


def _scan_with_total(scan: OrderedIndexScan, query: CustomerQuery, total: int) -> OrderedIndexScan:
    """The scan of a list with this total, which sorts few customers if the scan takes too long.

    All customers of a state may be at the end of the list. For example, anonymised customers come
    last in the order of emails, because they have no email.
    """
    can_sort = query.conditions and total <= MAX_SORTED and scan.matches is None
    matches = scan.customers if can_sort and not scan.is_sorted else scan.matches
    return replace(scan, total=total, matches=matches)


def _has_few_matches(query: CustomerQuery, number: int | None, totals: FacetCounts) -> bool | None:
    """Whether so few customers match an indexed filter that sorting them is cheaper than a scan.

    None if the number of customers is unknown. Also None if the list is ordered by the column of
    the filter, because one index then serves the filter and the order.

    Portal decides instead of the planners, which choose badly. SQLite has no statistics of values,
    and PostgreSQL underestimates a long scan.
    """
    column = query.ordering[0].removeprefix("-")
    if (
        number is None
        or not query.indexed_columns
        or column in query.indexed_columns
        or query.search
    ):
        return None
    return is_cheaper_to_sort(number, totals.total)


def is_cheaper_to_sort(number: int, total: int) -> bool:
    """Whether sorting `number` of `total` customers is cheaper than scanning until a page is full.

    The scan reads PAGE_SIZE * total / number rows. Sorting reads `number` rows.
    """
    return number * number < PAGE_SIZE * total


def _matching_customers(organizer: Organizer, query: CustomerQuery) -> CustomerQuerySet:
    """The queryset of the query's customers, for a statement that reads every customer."""
    customers = query.filter_customers(customers_of_organizer(organizer))
    return _parse_search(organizer, query).filter_matches(customers) if query.search else customers


def _parse_search(organizer: Organizer, query: CustomerQuery) -> Search:
    return Search.parse(query.search, country=organizer.country, in_notes=query.searches_notes)


def _ordered_querysets(organizer: Organizer, query: CustomerQuery) -> list[CustomerQuerySet]:
    return querysets_of_sections(
        _matching_customers(organizer, query), order_sections(query.ordering)
    )


def _exact_matches_of_page(
    organizer: Organizer, query: CustomerQuery, number: int
) -> Sequence[Customer]:
    """The exact matches of the search, which only the first page shows."""
    return find_exact_matches(organizer, query.search) if query.search and number == 1 else ()


def _page_past_end(number: int, size: int) -> CustomerPage:
    return CustomerPage(number, size, ListCount(0), is_past_end=True)


def _customers_from_rows(columns: Sequence[str], rows: Sequence[Row]) -> list[Customer]:
    return [Customer.from_db(None, columns, row) for row in rows]


_by_identifier = CompiledQuery(
    lambda organizer, identifier: [
        Customer.objects.filter(organizer_id=organizer, identifier=identifier).values_list(*COLUMNS)
    ],
    int,
    str,
)
