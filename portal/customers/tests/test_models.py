"""Customer: constraints, scope, derived columns, and the order of lists."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.ordering import SORT_KEYS, order_customers
from portal.organizers.models import Organizer


def test_a_query_outside_an_organizer_raises(make_customer: CustomerMaker) -> None:
    make_customer()

    with pytest.raises(ScopeError):
        Customer.objects.count()


def test_a_query_sees_only_its_organizer(
    make_customer: CustomerMaker, organizer: Organizer, rival: Organizer
) -> None:
    ours = make_customer()
    make_customer(of=rival)

    with scope(organizer=organizer):
        assert list(Customer.objects.all()) == [ours]


def test_an_email_is_unique_in_its_organizer_ignoring_case(
    make_customer: CustomerMaker, rival: Organizer
) -> None:
    make_customer(email="Jane@Example.org")
    make_customer(of=rival, email="jane@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_customer(email="jane@example.ORG")


def test_many_customers_may_have_no_email(make_customer: CustomerMaker) -> None:
    make_customer(email=None)
    make_customer(email=None)


def test_a_blank_email_is_rejected_by_the_database(make_customer: CustomerMaker) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_customer(email="")


def test_a_bulk_update_of_a_source_of_derived_columns_is_rejected(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    make_customer()

    with scope(organizer=organizer), pytest.raises(TypeError, match="derived from"):
        Customer.objects.update(email="new@example.org")


@pytest.mark.parametrize("key", sorted(SORT_KEYS.keys() - {"identifier"}))
@pytest.mark.parametrize("reverse", [False, True])
def test_customers_with_equal_values_are_ordered_by_primary_key(
    make_customer: CustomerMaker, organizer: Organizer, key: str, reverse: bool
) -> None:
    moment = "2026-01-01T00:00:00Z"
    equal: dict[str, Any] = {
        "email": None,
        "name_parts": {},
        "date_joined": moment,
        "last_modified": moment,
    }
    made = [make_customer(**equal).pk for _ in range(3)]

    with scope(organizer=organizer):
        ordered = order_customers(Customer.objects.all(), [f"-{key}" if reverse else key])

        assert [customer.pk for customer in ordered] == sorted(made, reverse=reverse)


@pytest.mark.parametrize("key", ["name", "-name", "email", "-email", "last_login", "-last_login"])
def test_customers_without_a_value_come_last_in_both_directions(
    make_customer: CustomerMaker, organizer: Organizer, key: str
) -> None:
    empty = make_customer(email=None, name_parts={}, last_login=None)
    make_customer(last_login="2026-01-01T00:00:00Z")
    make_customer(last_login="2026-01-02T00:00:00Z")

    with scope(organizer=organizer):
        assert list(order_customers(Customer.objects.all(), [key]))[-1] == empty


def test_text_is_ordered_without_case_and_accents(
    make_customer: CustomerMaker, organizer: Organizer
) -> None:
    for name in ("Zoë", "émile", "Eva", "eMma"):
        make_customer(name_parts={"_scheme": "full", "full_name": name})

    with scope(organizer=organizer):
        names = [customer.name for customer in order_customers(Customer.objects.all(), ["name"])]

    assert names == ["émile", "eMma", "Eva", "Zoë"]
