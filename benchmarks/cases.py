"""What is asked: the pages and the API as people and programs use them most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from django.urls import reverse

HTML: Final = {"Accept": "text/html"}
FRAGMENT: Final = {**HTML, "HX-Request": "true", "HX-Target": "div#results"}
JSON: Final = {"Accept": "application/json"}
NOBODY: Final = "qzxjwv"
STREAMS: Final = {"NDJSON": "application/x-ndjson", "CSV": "text/csv"}


@dataclass(frozen=True)
class Samples:
    """What there is in a database to ask for."""

    organizer: str
    identifier: str
    email: str
    search: str
    pages: int
    # Addresses that others have as `next`.
    second: str
    last: str


@dataclass(frozen=True)
class Case:
    """One request. The kind says how the floor answers it: `list`, `object` or plain `rows`."""

    name: str
    kind: str
    path: str
    headers: dict[str, str]


def list_cases(samples: Samples) -> list[Case]:
    """All cases, those of the pages first."""
    return [*_pages(samples), *_api(samples)]


def _pages(samples: Samples) -> list[Case]:
    path = reverse("customers:list", args=[samples.organizer])
    few, nobody = f"{path}?search={quote_plus(samples.search)}", f"{path}?search={NOBODY}"
    return [
        Case("List, first page", "rows", path, HTML),
        Case("List, first page, fragment", "rows", path, FRAGMENT),
        Case("List, one filter", "rows", f"{path}?is_verified=true", HTML),
        Case("Search, few hits", "rows", few, HTML),
        Case("Search, few hits, fragment", "rows", few, FRAGMENT),
        Case("Search, no hits", "rows", nobody, HTML),
        Case("Detail", "rows", f"{path}{samples.identifier}/", HTML),
    ]


def _api(samples: Samples) -> list[Case]:
    path = reverse("api:customer_list", args=[samples.organizer])
    middle, last = f"{path}?page={(samples.pages + 1) // 2}", f"{path}?page={samples.pages}"
    search = quote_plus(samples.search)
    return [
        Case("JSON list, first page", "list", path, JSON),
        Case("JSON list, middle page", "list", middle, JSON),
        Case("JSON list, last page", "list", last, JSON),
        Case("JSON list, second page by `next`", "list", samples.second, JSON),
        Case("JSON list, last page by `next`", "list", samples.last, JSON),
        Case("JSON list, one filter", "list", f"{path}?is_verified=true", JSON),
        Case("JSON list, ordered by name", "list", f"{path}?ordering=name", JSON),
        Case("JSON search, few hits", "list", f"{path}?search={search}", JSON),
        Case("JSON search, no hits", "list", f"{path}?search={NOBODY}", JSON),
        Case("JSON by email", "list", f"{path}?email={quote_plus(samples.email)}", JSON),
        Case("JSON detail", "object", f"{path}{samples.identifier}/", JSON),
    ]


def list_streams(samples: Samples) -> list[Case]:
    """All customers at once."""
    path = reverse("api:customer_list", args=[samples.organizer])
    return [Case(name, "stream", path, {"Accept": accept}) for name, accept in STREAMS.items()]
