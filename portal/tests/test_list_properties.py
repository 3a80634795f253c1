"""Property tests of lists: pages while customers change, and equivalent query strings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import count
from typing import Any, Final

import pytest
from django.test import Client
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.ordering import SORT_KEYS
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer

API: Final = "/api/v1/organizers/bigevents/customers/"
PAGE: Final = "/organizers/bigevents/customers/"
# All examples of a test share its fixtures, so each example first deletes all customers.
against_the_database = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
letters = st.sampled_from("adgkz")
keys = st.builds(str.__add__, st.sampled_from(["", "-"]), st.sampled_from([*SORT_KEYS]))
orderings = st.lists(keys, max_size=2).map(",".join)
EDITS: Final = ("insert", "change", "anonymise")
edits = st.tuples(st.sampled_from(EDITS), letters)
changes = st.tuples(st.sampled_from([*EDITS, "delete"]), letters)
LINK: Final = re.compile(r'class="customer-link" href="([^"]+)"')


class Customers:
    """Unchanged customers, and other customers that are inserted, changed and anonymised."""

    def __init__(self, organizer: Organizer, build_customer: CustomerMaker) -> None:
        self._organizer = organizer
        self._build = build_customer
        self._numbers = count()
        with scope(organizer=organizer):
            Customer.objects.all().delete()
        self.unchanged = {customer.identifier for customer in self._insert("abcdefghijk")}
        self._changing = self._insert("aeiou")

    def change(self, kind: str, letter: str) -> None:
        if kind == "insert" or not self._changing:
            self._changing += self._insert(letter)
            return
        with scope(organizer=self._organizer):
            customer = self._changing.pop(ord(letter) % len(self._changing))
            if kind == "delete":
                customer.delete()
                return
            changed = self._fields(letter if kind == "change" else None)
            for name, value in changed.items():
                setattr(customer, name, value)
            customer.save()
            self._changing.append(customer)

    def _insert(self, letters: str) -> list[Customer]:
        customers = [self._build(**self._fields(letter)) for letter in letters]
        with scope(organizer=self._organizer):
            return Customer.objects.bulk_create(customers)

    def _fields(self, letter: str | None) -> dict[str, Any]:
        """Fields of a customer, which depend on the letter only, except the email.

        Without a letter, the fields of an anonymised customer.
        """
        rank = ord(letter or "m")
        name = {"_scheme": "full", "full_name": letter} if letter and rank % 3 else {}
        return {
            "email": f"{letter}{next(self._numbers)}@example.org" if letter and rank % 4 else None,
            "name_parts": name,
            "is_active": bool(letter and rank % 2),
            "is_verified": bool(rank % 3),
            "locale": ["de", "fr"][rank % 2],
            "last_login": f"2026-01-{rank % 5 + 1:02}T00:00:00Z" if letter and rank % 4 else None,
            "date_joined": f"2026-01-{rank % 7 + 1:02}T00:00:00Z",
        }


@pytest.fixture
def follow(api_client: Client) -> Any:
    def pages(link: str, direction: str) -> Iterator[list[str]]:
        while link:
            page = api_client.get(link).json()
            identifiers = [row["identifier"] for row in page["results"]]
            yield identifiers if direction == "next" else identifiers[::-1]
            link = page[direction]

    return pages


@pytest.mark.parametrize("direction", ["next", "previous"])
@against_the_database
@given(
    size=st.integers(1, 6),
    ordering=orderings,
    events=st.lists(st.lists(changes, max_size=4), max_size=20),
)
def test_the_pages_have_each_unchanged_customer_exactly_once(
    organizer: Organizer,
    build_customer: CustomerMaker,
    follow: Any,
    direction: str,
    size: int,
    ordering: str,
    events: list[list[tuple[str, str]]],
) -> None:
    customers, seen = Customers(organizer, build_customer), Counter[str]()
    start = "page=last&" if direction == "previous" else ""

    for identifiers in follow(f"{API}?{start}page_size={size}&ordering={ordering}", direction):
        seen.update(identifiers)
        for event in events.pop() if events else ():
            customers.change(*event)

    assert {identifier: seen[identifier] for identifier in customers.unchanged} == dict.fromkeys(
        customers.unchanged, 1
    )


@pytest.fixture
def step(member_client: Client) -> Any:
    """Returns a function that follows the links from the page of a customer to the next one."""

    def customers(query: str, direction: str) -> Iterator[str]:
        start = "page=last&" if direction == "previous" else ""
        rows = LINK.findall(member_client.get(f"{PAGE}?{start}{query}").content.decode())
        link = rows[0 if direction == "next" else -1]
        while link:
            page = member_client.get(unescape(link)).content.decode()
            yield link.removeprefix(PAGE).partition("/")[0]
            [link] = re.findall(rf'id="{direction}"[^>]*? href="([^"]+)"', page) or [""]

    return customers


@pytest.mark.parametrize("direction", ["next", "previous"])
@against_the_database
@given(
    narrowed=st.sampled_from(["", "search=example&", "state_not=inactive&", "locale=de&"]),
    ordering=orderings,
    events=st.lists(st.lists(edits, max_size=4), max_size=20),
)
def test_following_the_links_of_customers_visits_each_unchanged_customer_once(
    organizer: Organizer,
    build_customer: CustomerMaker,
    step: Any,
    direction: str,
    narrowed: str,
    ordering: str,
    events: list[list[tuple[str, str]]],
) -> None:
    customers, seen = Customers(organizer, build_customer), Counter[str]()
    with scope(organizer=organizer):
        listed = {each.identifier for each in list_of(organizer, narrowed).customers}
    unchanged = listed & customers.unchanged

    for identifier in step(f"{narrowed}page_size=25&ordering={ordering}", direction):
        seen[identifier] += 1
        for event in events.pop() if events else ():
            customers.change(*event)

    assert unchanged
    assert {each: seen[each] for each in customers.unchanged} == {
        each: int(each in unchanged) for each in customers.unchanged
    }


parameters = st.one_of(
    st.tuples(st.just("search"), st.sampled_from(["a", "example", "A 1", "", "unknown"])),
    st.tuples(st.just("state"), st.sampled_from(["active", "unverified", "inactive"])),
    st.tuples(st.just("state_not"), st.sampled_from(["active", "anonymised"])),
    st.tuples(st.just("is_active"), st.sampled_from(["true", "false", ""])),
    st.tuples(st.just("is_verified"), st.sampled_from(["true", "false"])),
    st.tuples(st.just("never_logged_in"), st.sampled_from(["true", "false"])),
    st.tuples(st.just("locale"), st.sampled_from(["de", "fr", "nl"])),
    st.tuples(st.just("locale_not"), st.sampled_from(["de", "fr", "nl"])),
    st.tuples(
        st.just("date_joined_since"), st.sampled_from(["2026-01-03", "2026-01-03T00:00:00Z"])
    ),
    st.tuples(st.just("last_login_until"), st.sampled_from(["2026-01-03", "2026-01-01T12:00Z"])),
    st.tuples(st.just("ordering"), orderings),
    st.tuples(st.just("page_size"), st.sampled_from(["25", "50"])),
)
queries = st.lists(parameters, unique_by=lambda pair: pair[0], max_size=6)


def _query_string(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value.replace(' ', '+')}" for name, value in pairs)


@against_the_database
@given(pairs=queries, data=st.data())
def test_the_order_of_parameters_does_not_matter(
    organizer: Organizer,
    build_customer: CustomerMaker,
    api_client: Client,
    pairs: list[tuple[str, str]],
    data: st.DataObject,
) -> None:
    Customers(organizer, build_customer)
    shuffled = data.draw(st.permutations(pairs))

    pages = [api_client.get(f"{API}?{_query_string(each)}").json() for each in (pairs, shuffled)]

    assert pages[0] == pages[1]


@against_the_database
@given(pairs=queries)
def test_html_and_json_have_equal_customers_in_equal_order(
    organizer: Organizer,
    build_customer: CustomerMaker,
    member_client: Client,
    api_client: Client,
    pairs: list[tuple[str, str]],
) -> None:
    Customers(organizer, build_customer)

    page = member_client.get(f"{PAGE}?{_query_string(pairs)}").content.decode()
    rows = api_client.get(f"{API}?{_query_string(pairs)}").json()["results"]

    assert re.findall(r'id="customer-([\w.-]+)"', page) == [row["identifier"] for row in rows]
