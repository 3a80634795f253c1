"""The measured requests: pages and API, with each order, each filter, and searches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from django.urls import reverse

HTML: Final = {"Accept": "text/html"}
FRAGMENT: Final = {**HTML, "HX-Request": "true", "HX-Target": "div#results"}
JSON: Final = {"Accept": "application/json"}
STREAMS: Final = {"NDJSON": "application/x-ndjson", "CSV": "text/csv"}
# No demo customer has these letters.
UNMATCHED: Final = "qzxjwv"
COLUMNS: Final = (
    *("identifier", "name", "email", "state", "locale"),
    *("date_joined", "last_login", "last_modified"),
)
ORDERS: Final = tuple(sign + column for column in COLUMNS for sign in ("", "-"))
# Demo customers registered in the six years before 2026: each time filter has a range that matches
# many of them and a range that matches few.
FILTERS: Final = (
    *("state=active", "state=unverified", "is_active=true", "is_active=false"),
    *("is_verified=true", "is_verified=false"),
    *("locale=de", "locale=nl", "locale=de&locale=fr"),
    *("date_joined_since=2023-01-01", "date_joined_since=2025-12-25"),
    *("date_joined_until=2023-01-01", "date_joined_until=2020-01-20"),
    *("last_login_since=2023-01-01", "last_login_since=2025-12-30"),
    *("last_login_until=2023-01-01", "last_login_until=2020-06-01"),
    *("never_logged_in=true", "never_logged_in=false"),
    *("modified_since=2023-01-01", "modified_since=2025-12-30"),
)
# The names of the cases that a short run measures.
SHORT: Final = frozenset(
    (
        *("List, first page", "List, first page, fragment", "List, first page by -last_login"),
        *("List, middle page", "List, last page", "List, is_verified=false"),
        *("List, date_joined_since=2023-01-01", "List, date_joined_since=2025-12-25"),
        *("Search, no hit", "Search, one hit", "Search, about 1,000 hits"),
        *("Search, a third of all", "Search, half of all", "Search, phone number"),
        *("Saved view", "Overview", "Detail", "Detail, previous and next in the list"),
        *("JSON list, first page", "JSON list, second page by `next`"),
        *("JSON list, last page by `next`", "JSON list, middle page by number"),
        *("JSON list, first page by name", "JSON list, is_verified=false"),
        *("JSON list, email=, hit", "JSON list, date_joined_since=2025-12-25"),
        *("JSON search, one hit", "JSON search, about 1,000 hits", "JSON detail"),
    )
)


@dataclass(frozen=True)
class CaseSamples:
    """Values of a filled database for the parameters of requests."""

    organizer: str
    identifier: str
    email: str
    external_identifier: str
    # Search terms by the number of their matches.
    searches: Mapping[str, str]
    phone: str
    # The link of the list to a customer in its middle.
    position: str
    pages: int
    # The paths of the URLs in `next`.
    second: str
    last: str


@dataclass(frozen=True)
class SpeedGoal:
    """The goals of a case: the p50 for 1,000,000 customers, and the growth from 10,000 on."""

    milliseconds: float
    growth: float | None = None


@dataclass(frozen=True)
class RequestCase:
    """One request. `kind` is the kind of the floor's response: `list`, `object` or `rows`."""

    name: str
    kind: str
    path: str
    headers: Mapping[str, str]
    goal: SpeedGoal | None = None


def list_cases(samples: CaseSamples, *, only_short: bool = False) -> list[RequestCase]:
    """All cases, pages before the API. Raises KeyError if a case of a short run does not exist."""
    cases = [*_page_cases(samples), *_api_cases(samples)]
    if missing := SHORT - {case.name for case in cases}:
        raise KeyError(*missing)
    return [case for case in cases if case.name in SHORT or not only_short]


def _page_cases(samples: CaseSamples) -> Iterator[RequestCase]:
    path = reverse("customers:list", args=[samples.organizer])

    def page_case(
        name: str, query: str, *goal: float, headers: Mapping[str, str] = HTML
    ) -> RequestCase:
        return RequestCase(name, "rows", f"{path}{query}", headers, SpeedGoal(*goal))

    yield page_case("List, first page", "", 20, 1.3)
    yield page_case("List, first page, fragment", "", 20, 1.3, headers=FRAGMENT)
    for order in ORDERS:
        yield page_case(f"List, first page by {order}", f"?ordering={order}", 25, 1.3)
    yield page_case("List, middle page", f"?page={_middle_page(samples)}", 25)
    yield page_case("List, last page", f"?page={samples.pages}", 25, 1.3)
    yield page_case("List, last page by -last_login", "?ordering=-last_login&page=last", 25, 1.3)
    for name, query in _filter_queries(samples):
        yield page_case(f"List, {name}", f"?{query}", 40, 2)
    for name, query in _search_queries(samples):
        yield page_case(f"Search, {name}", f"?{query}", 30, 3)
    one = dict(_search_queries(samples))["one hit"]
    yield page_case("Search, one hit, fragment", f"?{one}", 30, 3, headers=FRAGMENT)
    yield page_case("Search, phone number", f"?search={quote_plus(samples.phone)}", 30, 3)
    yield page_case("Saved view", "?view=never-signed-in", 30, 2)
    yield page_case("Overview", "?overview=on", 150)
    yield page_case("Detail", f"{samples.identifier}/", 12, 1.1)
    yield page_case(
        "Detail, previous and next in the list", samples.position.removeprefix(path), 30
    )


def _api_cases(samples: CaseSamples) -> Iterator[RequestCase]:
    path = reverse("api:customer_list", args=[samples.organizer])

    def api_case(name: str, address: str, *goal: float, kind: str = "list") -> RequestCase:
        return RequestCase(f"JSON {name}", kind, address, JSON, SpeedGoal(*goal) if goal else None)

    yield api_case("list, first page", path, 7, 1.3)
    yield api_case("list, second page by `next`", samples.second, 7, 1.3)
    yield api_case("list, last page by `next`", samples.last, 7, 1.3)
    yield api_case("list, middle page by number", f"{path}?page={_middle_page(samples)}", 40)
    yield api_case("list, last page by number", f"{path}?page={samples.pages}", 40)
    for order in ("name", "-last_login"):
        yield api_case(f"list, first page by {order}", f"{path}?ordering={order}")
    for name, query in _filter_queries(samples):
        goal = (6, 1.2) if query.startswith("email=") else ()
        yield api_case(f"list, {name}", f"{path}?{query}", *goal)
    for name, query in _search_queries(samples):
        yield api_case(f"search, {name}", f"{path}?{query}")
    yield api_case("detail", f"{path}{samples.identifier}/", 5, 1.1, kind="object")


def _middle_page(samples: CaseSamples) -> int:
    return (samples.pages + 1) // 2


def _filter_queries(samples: CaseSamples) -> Iterator[tuple[str, str]]:
    """Names and query strings."""
    yield "email=, hit", f"email={quote_plus(samples.email)}"
    yield "email=, miss", f"email={UNMATCHED}%40example.org"
    external = quote_plus(samples.external_identifier)
    yield "external_identifier=, hit", f"external_identifier={external}"
    yield "external_identifier=, miss", f"external_identifier={UNMATCHED}"
    for query in FILTERS:
        yield query, query


def _search_queries(samples: CaseSamples) -> Iterator[tuple[str, str]]:
    """Names and query strings."""
    yield "no hit", f"search={UNMATCHED}"
    for name, term in samples.searches.items():
        yield name, f"search={quote_plus(term)}"


def list_streams(samples: CaseSamples) -> list[RequestCase]:
    """One case for each format, with all customers."""
    path = reverse("api:customer_list", args=[samples.organizer])
    return [
        RequestCase(name, "stream", path, {"Accept": accept}) for name, accept in STREAMS.items()
    ]
