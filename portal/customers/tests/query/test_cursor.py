"""Pages after a cursor have the remaining rows of a list, in both directions and every order."""

from __future__ import annotations

import itertools
import re

import pytest
from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.cursor import Cursor, order_sections_after
from portal.customers.query.ordering import (
    SORT_KEYS,
    order_customers,
    querysets_of_sections,
    sort_keys,
)
from portal.organizers.models import Organizer

KEYS = [
    *([sign + key] for key in SORT_KEYS for sign in ("", "-")),
    ["name", "-email"],
    ["-last_login", "state"],
    ["-state", "-locale"],
]


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    """Customers with equal and with missing values for every sort key."""
    for number in range(12):
        make_customer(
            email=f"e{number}@example.org" if number % 4 else None,
            name_parts={"_scheme": "full", "full_name": f"N{number % 3}"} if number % 5 else {},
            is_active=bool(number % 2),
            is_verified=bool(number % 3),
            locale=["de", "fr"][number % 2],
            date_joined=f"2026-01-01T12:00:00.{number % 3:06}Z",
            last_login=f"2026-02-01T12:00:00.{number % 3:06}Z" if number % 4 else None,
            last_modified=f"2026-03-01T12:00:00.{number % 5:06}Z",
        )


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("keys", KEYS, ids=",".join)
def test_the_rows_after_a_cursor_follow_it_in_the_order(
    organizer: Organizer, keys: list[str]
) -> None:
    terms = [key.expression for key in sort_keys(keys)]
    with scope(organizer=organizer):
        ordered = list(order_customers(Customer.objects.all(), keys).values_list("pk", *terms))

        for number, backwards, inclusive in itertools.product(
            range(len(ordered)), (False, True), (False, True)
        ):
            rest = ordered[number::-1] if backwards else ordered[number:]
            cursor = Cursor(ordered[number][1:], backwards=backwards, inclusive=inclusive)
            sections = querysets_of_sections(
                Customer.objects.all(), order_sections_after(keys, cursor)
            )

            found = [each.pk for section in sections for each in section]
            assert found == [row[0] for row in rest[not inclusive :]]


def test_a_cursor_of_another_order_is_rejected() -> None:
    with pytest.raises(ValueError, match="2 values"):
        order_sections_after(["name", "email"], Cursor(["x", 1]))


def test_a_cursor_that_is_reversed_twice_has_its_first_direction() -> None:
    cursor = Cursor(["x", 1])

    assert cursor.reversed(inclusive=True).reversed(inclusive=False) == cursor


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("key", "values"),
    [("email", ["e5@example.org", 5]), ("date_joined", ["2026-01-01T12:00Z", 5])],
)
def test_an_index_is_entered_at_the_cursor(
    organizer: Organizer, key: str, values: list[object], backwards: bool
) -> None:
    with scope(organizer=organizer), connection.cursor() as cursor:
        all_rows = Customer.objects.filter(organizer=organizer)
        first, *_rest = querysets_of_sections(
            all_rows, order_sections_after([key], Cursor(values, backwards=backwards))
        )
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = first[:50].explain()

    entered = r"Index Cond: .*(ROW\(|email_key.* [<>] )|(email_key|date_joined)[<>=]\?"
    assert re.search(entered, plan), plan
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan
