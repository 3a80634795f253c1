"""What is asked: pages and API, every order, every filter, searches for few and for many."""

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
NOBODY: Final = "qzxjwv"
COLUMNS: Final = (
    *("identifier", "name", "email", "is_active", "is_verified", "locale"),
    *("date_joined", "last_login", "last_modified"),
)
ORDERS: Final = tuple(sign + column for column in COLUMNS for sign in ("", "-"))
# Demo customers registered in the six years before 2026: of each range one for many, one for few.
FILTERS: Final = (
    *("is_active=true", "is_active=false", "is_verified=true", "is_verified=false"),
    *("locale=de", "locale=nl", "locale=de&locale=fr"),
    *("date_joined_since=2023-01-01", "date_joined_since=2025-12-25"),
    *("date_joined_until=2023-01-01", "date_joined_until=2020-01-20"),
    *("last_login_since=2023-01-01", "last_login_since=2025-12-30"),
    *("last_login_until=2023-01-01", "last_login_until=2020-06-01"),
    *("never_logged_in=true", "never_logged_in=false"),
    *("modified_since=2023-01-01", "modified_since=2025-12-30"),
)


@dataclass(frozen=True)
class Samples:
    """What there is in a database to ask for."""

    organizer: str
    identifier: str
    email: str
    external_identifier: str
    # What to search for, by how many there are of it.
    searches: Mapping[str, str]
    pages: int
    # Addresses that others have as `next`.
    second: str
    last: str


@dataclass(frozen=True)
class Goal:
    """At most: milliseconds for 1,000,000 customers, and times as many as for 10,000."""

    milliseconds: float
    growth: float | None = None


@dataclass(frozen=True)
class Case:
    """One request. The kind says how the floor answers it: `list`, `object` or plain `rows`."""

    name: str
    kind: str
    path: str
    headers: Mapping[str, str]
    goal: Goal | None = None


def list_cases(samples: Samples) -> list[Case]:
    """All cases, those of the pages first."""
    return [*_pages(samples), *_api(samples)]


def _pages(samples: Samples) -> Iterator[Case]:
    path = reverse("customers:list", args=[samples.organizer])

    def page(name: str, query: str, *goal: float, headers: Mapping[str, str] = HTML) -> Case:
        return Case(name, "rows", f"{path}{query}", headers, Goal(*goal))

    yield page("List, first page", "", 20, 1.3)
    yield page("List, first page, fragment", "", 20, 1.3, headers=FRAGMENT)
    for order in ORDERS:
        yield page(f"List, first page by {order}", f"?ordering={order}", 25, 1.3)
    yield page("List, middle page", f"?page={_middle(samples)}", 25)
    yield page("List, last page", f"?page={samples.pages}", 25, 1.3)
    yield page("List, last page by -last_login", "?ordering=-last_login&page=last", 25, 1.3)
    for name, query in _filters(samples):
        yield page(f"List, {name}", f"?{query}", 40, 2)
    for name, query in _searches(samples):
        yield page(f"Search, {name}", f"?{query}", 30, 3)
    one = dict(_searches(samples))["one hit"]
    yield page("Search, one hit, fragment", f"?{one}", 30, 3, headers=FRAGMENT)
    yield page("Detail", f"{samples.identifier}/", 12, 1.1)


def _api(samples: Samples) -> Iterator[Case]:
    path = reverse("api:customer_list", args=[samples.organizer])

    def answer(name: str, address: str, *goal: float, kind: str = "list") -> Case:
        return Case(f"JSON {name}", kind, address, JSON, Goal(*goal) if goal else None)

    yield answer("list, first page", path, 7, 1.3)
    yield answer("list, second page by `next`", samples.second, 7, 1.3)
    yield answer("list, last page by `next`", samples.last, 7, 1.3)
    yield answer("list, middle page by number", f"{path}?page={_middle(samples)}", 40)
    yield answer("list, last page by number", f"{path}?page={samples.pages}", 40)
    for order in ("name", "-last_login"):
        yield answer(f"list, first page by {order}", f"{path}?ordering={order}")
    for name, query in _filters(samples):
        goal = (6, 1.2) if query.startswith("email=") else ()
        yield answer(f"list, {name}", f"{path}?{query}", *goal)
    for name, query in _searches(samples):
        yield answer(f"search, {name}", f"{path}?{query}")
    yield answer("detail", f"{path}{samples.identifier}/", 5, 1.1, kind="object")


def _middle(samples: Samples) -> int:
    return (samples.pages + 1) // 2


def _filters(samples: Samples) -> Iterator[tuple[str, str]]:
    """A name and a query string each."""
    yield "email=, hit", f"email={quote_plus(samples.email)}"
    yield "email=, miss", f"email={NOBODY}%40example.org"
    external = quote_plus(samples.external_identifier)
    yield "external_identifier=, hit", f"external_identifier={external}"
    yield "external_identifier=, miss", f"external_identifier={NOBODY}"
    for query in FILTERS:
        yield query, query


def _searches(samples: Samples) -> Iterator[tuple[str, str]]:
    yield "no hit", f"search={NOBODY}"
    for name, words in samples.searches.items():
        yield name, f"search={quote_plus(words)}"


def list_streams(samples: Samples) -> list[Case]:
    """All customers at once."""
    path = reverse("api:customer_list", args=[samples.organizer])
    return [Case(name, "stream", path, {"Accept": accept}) for name, accept in STREAMS.items()]
