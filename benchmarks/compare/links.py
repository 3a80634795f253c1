"""Follows the `next` and `previous` links of lists, like an API client."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from tqdm import tqdm

from benchmarks.compare.comparison import Comparison
from benchmarks.compare.requests import API, JSON, Caller, Request, RequestKind

# Three lists of all customers, and lists with small pages that end between equal sort keys.
FORWARDS: Final = (
    *("", "ordering=-last_login", "ordering=-name&fields=identifier,name"),
    *("ordering=-email&is_active=false", "ordering=last_login&is_active=false&page_size=20"),
    *("search=muller&page_size=20", "search=alex+equal&ordering=-name&page_size=7"),
    *("search=an&ordering=-last_login&locale=nl", "locale=nl&ordering=-locale"),
    "locale=fi&locale=xx-custom&ordering=name&page_size=3",
    "ordering=locale,-last_login,name&is_verified=false",
    "ordering=state,-date_joined&date_joined_since=2025-10-01&page_size=20",
    "ordering=-identifier&date_joined_since=2024-03-31&date_joined_until=2024-03-31&page_size=9",
    "ordering=-last_modified&last_login_since=2025-11-15&page_size=30",
    "never_logged_in=true&ordering=-last_login&page_size=45",
    "external_identifier=Shared-Account-1&ordering=-date_joined&page_size=4",
)
BACKWARDS: Final = (
    *("page=last", "page=last&ordering=-last_login", "page=last&ordering=-name&page_size=20"),
    *("page=last&search=alex&page_size=10", "page=last&locale=nl&ordering=state"),
    *("page=last&ordering=-state,last_login,-name", "page=300&ordering=identifier"),
)
# More pages than any list has, so that a cycle of links ends.
LONGEST: Final = 700
BACK: Final = 6


def follow_lists(comparison: Comparison) -> None:
    """Follow `next` in FORWARDS to the last page, then `previous`; in BACKWARDS the reverse."""
    for query in tqdm(FORWARDS, "Lists", unit="", disable=None):
        last = _follow_links(comparison, f"{API}?{query}", "next", LONGEST)
        _follow_links(comparison, last, "previous", BACK)
    for query in BACKWARDS:
        first = _follow_links(comparison, f"{API}?{query}", "previous", BACK)
        _follow_links(comparison, first, "next", 2)


def _follow_links(comparison: Comparison, path: str, link: str, pages: int) -> str:
    """Follow the links, which are equal in both versions. Returns the path of the last page."""
    for _number in range(pages):
        found = comparison.send_json(Request(RequestKind.LINKED, path, JSON, Caller.API_CLIENT))
        following = found[0][link] if found else None
        if following is None:
            return path
        url = urlsplit(following)
        path = f"{url.path}?{url.query}"
    return path
