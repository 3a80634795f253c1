"""Finds identifiers, search terms and cursors in a filled database. Runs inside Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django_scopes import scope

from benchmarks.cases import CaseSamples
from portal.customers.html.list import read_listing
from portal.customers.models import Customer
from portal.customers.query.page import PAGE_SIZE
from portal.customers.services import count_customers, parse_query
from portal.organizers.access import Access
from portal.organizers.models import Organizer

CANDIDATES: Final = 50
# The number of search texts that estimate the share of customers that a term matches.
TEXTS: Final = 10_000
MATCHES: Final = 1_000
ABOUT: Final = range(MATCHES // 2, MATCHES * 2)
TRIED: Final = 20


def find_samples(organizer: Organizer, headers: Mapping[str, str]) -> CaseSamples:
    """Find values for the searches and filters of the cases.

    The headers authenticate an API client that may read the organizer's customers.
    """
    with scope(organizer=organizer):
        total = Customer.objects.count()
        customers = Customer.objects.exclude(email=None).exclude(name="").order_by("pk")
        some = list(customers[total // 2 : total // 2 + CANDIDATES])
        pages = -(-total // PAGE_SIZE)
        return CaseSamples(
            organizer=organizer.slug,
            identifier=some[0].identifier,
            email=str(some[0].email),
            external_identifier=next(filter(None, (each.external_identifier for each in some))),
            searches=_choose_search_terms(organizer, [str(each.email) for each in some], total),
            phone=next(filter(None, (each.phone for each in some))),
            position=_link_to_middle_customer(organizer, (pages + 1) // 2),
            pages=pages,
            second=_next_path(organizer, headers, 1),
            last=_next_path(organizer, headers, pages - 1),
        )


def _choose_search_terms(organizer: Organizer, emails: Sequence[str], total: int) -> dict[str, str]:
    texts = list(Customer.objects.order_by("pk").values_list("search_text", flat=True)[:TEXTS])
    near = _sort_by_share(_parts_of_emails(emails, 3, 9), texts, MATCHES / total)
    halves = _sort_by_share(_parts_of_emails(emails, 1, 2), texts, 1 / 2)
    tried = (part for part in near[:TRIED] if _count_matches(organizer, part) in ABOUT)
    return {
        "one hit": next(email for email in emails if _count_matches(organizer, email) == 1),
        "about 1,000 hits": next(tried, near[0]),
        "a third of all": "@example.org",
        "half of all": halves[0],
    }


def _parts_of_emails(emails: Sequence[str], shortest: int, longest: int) -> list[str]:
    """Parts of emails before the `@`, without the unique numbers at the end."""
    found = dict.fromkeys(
        part
        for email in emails
        for size in range(shortest, longest + 1)
        for part in _substrings(email.partition("@")[0].rstrip("0123456789"), size)
    )
    return list(found)


def _substrings(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _sort_by_share(parts: Sequence[str], texts: Sequence[str], share: float) -> list[str]:
    """The parts. The first part is the one whose share of the texts is closest to `share`."""
    wanted = share * len(texts)
    return sorted(parts, key=lambda part: abs(sum(part in text for text in texts) - wanted))


def _count_matches(organizer: Organizer, search: str) -> int:
    query = QueryDict(mutable=True)
    query["search"] = search
    return count_customers(organizer, query=parse_query(organizer, query))


def _link_to_middle_customer(organizer: Organizer, page: int) -> str:
    """Path and query string of the first customer on the page of the list with this number."""
    path = reverse("customers:list", args=[organizer.slug])
    access = Access(organizer, frozenset())
    listing = read_listing(access, parameters=QueryDict(f"page={page}"), path=path)
    rows = listing.page.rows if listing.page else []
    return listing.table.url_of_customer(rows[0])


def _next_path(organizer: Organizer, headers: Mapping[str, str], page: int) -> str:
    """Path and query string of `next` on the page with this number."""
    path = reverse("api:customer_list", args=[organizer.slug])
    response = Client(headers=dict(headers), SERVER_NAME="127.0.0.1").get(path, {"page": page})
    url = urlsplit(response.json()["next"])
    return f"{url.path}?{url.query}"
