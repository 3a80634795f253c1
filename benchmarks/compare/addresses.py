"""All compared requests except requests for links, by callers with and without permission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from benchmarks.compare.combinations import (
    DEEP,
    INVALID,
    INVALID_PAGES,
    PAGES,
    SIZES,
    api_queries,
    combined_queries,
    invalid_api_queries,
    range_queries,
)
from benchmarks.compare.edges import CASE_TWIN
from benchmarks.compare.queries import single_queries
from benchmarks.compare.requests import (
    API,
    CSV,
    HTML,
    JSON,
    NDJSON,
    OTHERS,
    OURS,
    PAGE,
    Caller,
    Request,
    RequestKind,
)
from benchmarks.compare.samples import CustomerSamples

RESULTS: Final = {**HTML, "HX-Request": "true", "HX-Target": "div#results"}
COUNT: Final = {**HTML, "HX-Request": "true", "HX-Target": "p#count"}
# Headers of htmx, which decide about fragments and the browser's history. Requests use them in
# turn.
FRAGMENTS: Final = (
    RESULTS,
    {**RESULTS, "HX-Source": "input#search", "HX-Current-URL": f"http://localhost{PAGE}?search=a"},
    {**RESULTS, "HX-Current-URL": f"http://localhost{PAGE}"},
    {**RESULTS, "HX-Boosted": "true"},
    {**RESULTS, "HX-History-Restore-Request": "true"},
)
STREAMED: Final = (
    *("", "ordering=-last_login", "ordering=name&is_active=false", "search=muller", "search=a"),
    *("locale=nl&ordering=locale,-name", "never_logged_in=true&ordering=-last_login"),
    *("fields=identifier,name_parts&search=edge", "include=external_identifier,phone&search=ext-"),
    *("search=edge.example&ordering=-identifier", "email=nobody%40example.org", "page=2&locale=fi"),
    *("date_joined_since=2025-12-20&ordering=email", "ordering=state,-last_login&locale=es"),
    *("ordering=-name&locale=fr", "last_login_until=2024-10-27T22:00:00Z&ordering=-email"),
)


def list_requests(samples: CustomerSamples) -> Iterator[Request]:
    """Several hundred requests, the same in every run."""
    singles = single_queries(samples)
    yield from _page_requests([*singles, *range_queries(), *PAGES, *SIZES, *DEEP])
    yield from _page_requests(combined_queries(40, "pages"))
    yield from _api_requests([*singles, *range_queries(), *PAGES, *DEEP, *api_queries(samples)])
    yield from _api_requests(combined_queries(40, "programs"))
    yield from _invalid_requests(samples)
    yield from _detail_requests(samples)
    yield from _requests_of_strangers(samples)
    yield from _stream_requests()


def _page_requests(queries: Iterable[str]) -> Iterator[Request]:
    """Pages; some are also requested as a fragment, some also as an exact count."""
    for number, query in enumerate(queries):
        path = f"{PAGE}?{query}"
        yield Request(RequestKind.LIST, path, HTML)
        if number % 4 == 0:
            yield Request(RequestKind.FRAGMENT, path, FRAGMENTS[number // 4 % len(FRAGMENTS)])
        if number % 5 == 0:
            yield Request(RequestKind.COUNT, path, COUNT)


def _api_requests(queries: Iterable[str]) -> Iterator[Request]:
    for query in queries:
        yield Request(RequestKind.JSON, f"{API}?{query}", JSON, Caller.API_CLIENT)


def _invalid_requests(samples: CustomerSamples) -> Iterator[Request]:
    """Requests with status 422 in HTML, and 400 or 404 in JSON."""
    for number, query in enumerate([*INVALID, *INVALID_PAGES]):
        yield Request(RequestKind.INVALID, f"{PAGE}?{query}", HTML if number % 3 else RESULTS)
    for query in [*INVALID, *invalid_api_queries(samples)]:
        yield Request(RequestKind.INVALID, f"{API}?{query}", JSON, Caller.API_CLIENT)
    for accept in (NDJSON, CSV):
        yield Request(RequestKind.INVALID, f"{API}?is_active=maybe", accept, Caller.API_CLIENT)


def _detail_requests(samples: CustomerSamples) -> Iterator[Request]:
    others = samples.others[0]["identifier"]
    some = [row["identifier"] for row in samples.choose_customers(4)]
    edges = ["GAP-005", "GONE-00", "name.0_x", "name.18_x", "LONG01", "EXT-00"]
    twins = [f"{CASE_TWIN}1", f"{CASE_TWIN}1".upper(), f"{CASE_TWIN}1".title()]
    back = "?back=search%3Danna%26page%3D2"
    for identifier in [*some, *edges, *twins, some[0].lower(), others, "MISSING", "%25"]:
        yield Request(RequestKind.DETAIL, f"{PAGE}{identifier}/", HTML)
        yield Request(RequestKind.DETAIL, f"{API}{identifier}/", JSON, Caller.API_CLIENT)
    yield Request(RequestKind.DETAIL, f"{PAGE}{some[1]}/{back}", HTML)
    for query in ("include=notes,phone", "fields=name"):
        path = f"{API}name.3_x/?{query}"
        yield Request(RequestKind.DETAIL, path, JSON, Caller.NOTES_CLIENT)


def _requests_of_strangers(samples: CustomerSamples) -> Iterator[Request]:
    """Requests of callers without permission, and of members of the other organizer."""
    one = samples.choose_customers(1)[0]["identifier"]
    for caller in (Caller.OTHER_MEMBER, Caller.ANONYMOUS):
        for path in (PAGE, f"{PAGE}?search=anna&page=2", f"{PAGE}{one}/"):
            yield Request(RequestKind.STRANGER, path, HTML, caller)
        yield Request(RequestKind.STRANGER, f"{PAGE}?search=anna", RESULTS, caller)
        yield Request(RequestKind.STRANGER, PAGE, COUNT, caller)
    for caller in (Caller.OTHER_CLIENT, Caller.MISTYPED, Caller.ANONYMOUS, Caller.OTHER_MEMBER):
        for path in (API, f"{API}?is_active=maybe", f"{API}{one}/", f"{API}MISSING/"):
            yield Request(RequestKind.STRANGER, path, JSON, caller)
        yield Request(RequestKind.STRANGER, API, CSV, caller)
    page, api = (path.replace(OURS, OTHERS) for path in (PAGE, API))
    yield Request(RequestKind.STRANGER, page, HTML, Caller.OTHER_MEMBER)
    yield Request(RequestKind.STRANGER, f"{page}?search=a&ordering=-name", HTML)
    yield Request(RequestKind.STRANGER, api, JSON, Caller.OTHER_CLIENT)
    yield Request(RequestKind.STRANGER, f"{api}?search=an", JSON, Caller.OTHER_CLIENT)
    yield Request(RequestKind.STRANGER, PAGE.replace(OURS, "unknown"), HTML)
    yield Request(RequestKind.STRANGER, f"{API}?include=notes", JSON, Caller.API_CLIENT)


def _stream_requests() -> Iterator[Request]:
    for query in STREAMED:
        yield Request(RequestKind.NDJSON, f"{API}?{query}", NDJSON, Caller.API_CLIENT)
        yield Request(RequestKind.CSV, f"{API}?{query}", CSV, Caller.API_CLIENT)
    path = f"{API}?include=notes&search=name."
    yield Request(RequestKind.NDJSON, path, NDJSON, Caller.NOTES_CLIENT)
    yield Request(RequestKind.CSV, path, CSV, Caller.NOTES_CLIENT)
