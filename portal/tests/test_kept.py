"""Kept queries: the rows that Django would return, for the values of each call."""

from __future__ import annotations

import pytest
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.kept import KeptQuery
from portal.organizers.models import Organizer

FIELDS = ("identifier", "name_parts", "is_active", "last_login", "date_joined")


def test_the_rows_are_those_of_django(organizer: Organizer, make_customer: CustomerMaker) -> None:
    query = KeptQuery(
        lambda identifier: Customer.objects.filter(identifier=identifier).values_list(*FIELDS)
    )
    for number in range(3):
        made = make_customer(
            identifier=f"K{number}", last_login="2026-01-01T00:00:00.5Z" if number else None
        )

        with scope(organizer=organizer):
            rows = list(Customer.objects.filter(pk=made.pk).values_list(*FIELDS))
        assert [tuple(row) for row in query.rows(f"K{number}")] == rows

        # What the driver returns is the same person, in other types where it knows no better.
        assert [row[0] for row in query.raw(f"K{number}")] == [f"K{number}"]

    assert query.rows("nobody") == query.raw("nobody") == []


@pytest.mark.django_db
def test_values_in_another_order_than_in_the_sql_are_refused() -> None:
    query = KeptQuery(
        lambda name, identifier: (
            Customer.objects.filter(identifier=identifier).filter(name=name).values_list("pk")
        )
    )

    with pytest.raises(TypeError, match="other values"):
        query.rows("Jane", "8WSAJCJ")
