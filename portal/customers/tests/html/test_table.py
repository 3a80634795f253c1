"""The columns of the list: what orders them, and what their cells say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.html.paging import ListLinks
from portal.customers.html.table import Column, CustomerTable, Heading
from portal.customers.models import Customer
from portal.customers.query.ordering import SORT_KEYS
from portal.organizers.models import Organizer


def table(*customers: Customer, ordering: str = "email", query: str = "") -> CustomerTable:
    links = ListLinks("/list/", QueryDict(query), page_size=50, default_size=50)
    return CustomerTable(customers, links=links, ordering=ordering, positions={})


def cells(**fields: object) -> dict[str, str]:
    """What each cell of a customer's row says, by its column."""
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    customer = Customer(
        organizer=Organizer(),
        identifier="C1",
        date_joined=joined,
        last_modified=joined,
        **fields,
    )
    customer.derive()
    shown = table(customer)
    texts = next(iter(shown.lines())).removesuffix("</td>").split("</td>")
    return dict(zip(shown.columns.names(), texts, strict=True))


def heading(name: str, ordering: str) -> Heading:
    return next(head for head in table(ordering=ordering).headings if head.name == name)


@pytest.mark.parametrize(
    ("name", "ordering", "href", "direction"),
    [
        ("name", "email", "/list/?ordering=name", None),
        ("name", "name", "/list/?ordering=-name", "ascending"),
        ("name", "-name", "/list/?ordering=name", "descending"),
        ("date_joined", "email", "/list/?ordering=-date_joined", None),
        ("date_joined", "-date_joined", "/list/?ordering=date_joined", "descending"),
    ],
)
def test_a_heading_orders_by_its_column_then_in_the_other_direction(
    name: str, ordering: str, href: str, direction: str | None
) -> None:
    head = heading(name, ordering)

    assert (head.href, head.direction) == (href, direction)


@pytest.mark.parametrize(
    ("ordering", "words"),
    [
        ("-name", "Name, descending"),
        ("is_active", "Status, ascending"),
        ("-last_modified", "Last changed, descending"),
    ],
)
def test_the_order_has_a_text(ordering: str, words: str) -> None:
    assert table(ordering=ordering).ordering_text == words


def test_every_sort_key_has_a_text() -> None:
    assert all(table(ordering=key).ordering_text for key in SORT_KEYS)


def test_every_heading_that_is_a_link_has_a_sort_key_and_one_is_in_order() -> None:
    headings = table(ordering="email").headings

    assert [heading.name for heading in headings if heading.direction] == ["email"]
    assert {heading.name for heading in headings if heading.href} <= SORT_KEYS.keys()


def test_a_heading_without_a_sort_key_is_no_link() -> None:
    class WithNotes(CustomerTable):
        notes = Column("Notes", "notes")

    links = ListLinks("/list/", QueryDict(""), page_size=50, default_size=50)
    *_others, notes = WithNotes([], links=links, ordering="email", positions={}).headings

    assert (notes.label, notes.href) == ("Notes", None)


def test_every_column_is_read_by_the_query_of_the_page(
    organizer: Organizer,
    make_customer: CustomerMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(3):
        make_customer(last_login="2026-01-01T12:00:00Z")
    with scope(organizer=organizer):
        query = services.parse_query(organizer, QueryDict(""))
        page = services.list_customers(
            organizer, query=query, number=1, size=50, fields=CustomerTable.fields()
        )
        links = ListLinks("/list/", QueryDict(""), page_size=50, default_size=50)
        shown = CustomerTable(page.rows, links=links, ordering="email", positions={})

        with django_assert_num_queries(0):
            lines = [*shown.lines()]

    assert len(lines) == 3
    assert all(row.get_deferred_fields() for row in page.rows)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"is_verified": True}, "Active"),
        ({}, "Unverified"),
        ({"is_active": False, "email": "a@example.org"}, "Inactive"),
        ({"is_active": False}, "Anonymised"),
    ],
)
def test_a_state_has_a_label_and_an_icon(fields: dict[str, object], word: str) -> None:
    shown = cells(**fields)["is_active"]

    assert word in shown
    assert f"#icon-{word.lower()}" in shown


def test_a_missing_value_is_a_dash() -> None:
    shown = cells()

    assert "No name" in shown["name"]
    assert "–" in shown["email"]
    assert "–" in shown["last_login"]


def test_a_row_links_to_the_customer_with_the_query_of_the_list() -> None:
    customer = Customer(identifier="has.dot", date_joined=datetime(2026, 1, 1, tzinfo=UTC))

    [line] = table(customer, query="search=a b&locale=de").lines()

    assert 'href="/list/has.dot/?back=search%3Da%2Bb%26locale%3Dde"' in line
