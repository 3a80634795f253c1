"""The columns of the list: the orders of their headings, and the texts of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.html.paging import ListLinks
from portal.customers.html.table import CustomerTable, Heading
from portal.customers.models import Customer, State
from portal.customers.query.columns import COLUMNS, STANDARD
from portal.customers.query.ordering import SORT_KEYS
from portal.organizers.models import Organizer


def table(
    *customers: Customer,
    columns: Iterable[str] = STANDARD,
    ordering: str = "email",
    query: str = "",
) -> CustomerTable:
    links = ListLinks("/list/", QueryDict(query), page_size=50, default_size=50)
    return CustomerTable(
        customers, columns=[*columns], links=links, ordering=ordering, positions={}
    )


def cells(**fields: object) -> dict[str, str]:
    """The text of each cell in a customer's row, by column."""
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    customer = Customer(
        organizer=Organizer(),
        identifier="C1",
        date_joined=joined,
        last_modified=joined,
        **fields,
    )
    customer.set_derived_columns()
    shown = table(customer, columns=COLUMNS)
    texts = next(iter(shown.row_cells())).removesuffix("</td>").split("</td>")
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
        ("state", "State, ascending"),
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
    [_name, phone] = table(columns=["name", "phone"]).headings

    assert (phone.label, phone.href) == ("Phone", None)


def test_headings_and_cells_have_the_order_of_the_columns() -> None:
    customer = Customer(
        identifier="C1", phone="+49 30 1", date_joined=datetime(2026, 1, 1, tzinfo=UTC)
    )
    shown = table(customer, columns=["phone", "name", "identifier"])

    [line] = shown.row_cells()

    assert [heading.name for heading in shown.headings] == ["phone", "name", "identifier"]
    assert re.findall(r'<td class="(\w+)"', line) == ["phone", "name", "identifier"]


def test_a_phone_number_is_formatted() -> None:
    customer = Customer(phone="+4930231250", date_joined=datetime(2026, 1, 1, tzinfo=UTC))

    [line] = table(customer, columns=["name", "phone"]).row_cells()

    assert "+49 30 231250" in line


def test_cells_of_chosen_columns_have_labels_for_phones() -> None:
    customer = Customer(identifier="C1", date_joined=datetime(2026, 1, 1, tzinfo=UTC))

    [line] = table(customer, columns=["name", "phone"]).row_cells()

    assert re.findall(r'class="(\w+)" data-label="(\w+)"', line) == [("phone", "Phone")]


def test_without_the_column_of_emails_no_email_stands_under_a_name() -> None:
    customer = Customer(identifier="C1", name="Ann", email="ann@example.org")
    shown = table(customer, columns=["name"])

    assert "ann@" not in next(shown.row_cells())
    assert shown.email_heading_under_name is None


@pytest.mark.parametrize("columns", [STANDARD, [*COLUMNS], *([name] for name in COLUMNS)])
def test_the_query_of_the_page_reads_exactly_what_the_columns_show(
    organizer: Organizer,
    make_customer: CustomerMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
    columns: Sequence[str],
) -> None:
    for active in (True, False):
        make_customer(is_active=active, last_login="2026-01-01T12:00:00Z")
    fields = CustomerTable.fields(columns)
    with scope(organizer=organizer):
        query = services.parse_query(organizer, QueryDict(""))
        page = services.list_customers(organizer, query=query, number=1, size=50, fields=fields)

        with django_assert_num_queries(0):
            lines = [*table(*page.rows, columns=columns).row_cells()]

    assert len(lines) == 2
    read = {field.attname for field in Customer._meta.concrete_fields} - page.rows[
        0
    ].get_deferred_fields()
    assert read == fields


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "Unverified"),
        ({"is_active": False, "email": "a@example.org"}, "Inactive"),
        ({"is_active": False}, "Anonymised"),
    ],
)
def test_an_exceptional_state_has_a_label_and_an_icon(fields: dict[str, object], word: str) -> None:
    shown = cells(**fields)["state"]

    assert word in shown
    assert f"#icon-{word.lower()}" in shown


def test_the_usual_state_is_a_plain_text() -> None:
    shown = cells(is_verified=True)["state"]

    assert "Active" in shown
    assert "<svg" not in shown


def test_a_missing_value_is_a_dash() -> None:
    shown = cells()

    assert "No name" in shown["name"]
    assert "–" in shown["email"]
    assert "–" in shown["last_login"]
    assert "–" in shown["phone"]
    assert "–" in shown["external_identifier"]


def test_a_row_links_to_the_customer_with_the_query_of_the_list() -> None:
    customer = Customer(
        identifier="has.dot", state=State.ACTIVE, date_joined=datetime(2026, 1, 1, tzinfo=UTC)
    )

    [line] = table(customer, query="search=a b&locale=de").row_cells()

    assert 'href="/list/has.dot/?back=search%3Da%2Bb%26locale%3Dde"' in line
