"""manage.py normalize_customers: derived columns of an older version are computed again."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.management.commands.normalize_customers import normalize_batches
from portal.customers.models import Customer
from portal.organizers.models import Organizer

TEXTS = ("name_key", "phone_key", "search_text")
OUTDATED = {"name_key": "schmidt, anna", "phone_key": "030", "search_text": "schmidt, anna"}
NAME = {"_scheme": "full", "full_name": "Schmidt, Anna"}


@pytest.fixture
def outdated(make_customer: CustomerMaker, rival: Organizer) -> list[Customer]:
    """Customers of two organizers whose derived columns are outdated in the database.

    The returned objects have the right values.
    """
    made = [
        make_customer(of=rival),
        *(make_customer(name_parts=NAME, phone="030 1") for _each in range(2)),
    ]
    for each in made:
        with scope(organizer=each.organizer):
            Customer.objects.filter(pk=each.pk).update(**OUTDATED)
    return made


def _texts(customer: Customer) -> tuple[str, ...]:
    with scope(organizer=customer.organizer):
        texts: tuple[str, ...] = Customer.objects.values_list(*TEXTS).get(pk=customer.pk)
    return texts


def test_outdated_texts_of_all_organizers_are_computed_again(
    outdated: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("normalize_customers")
    call_command("normalize_customers")

    assert capsys.readouterr().out == "3 customers changed.\n0 customers changed.\n"
    assert [_texts(each) for each in outdated] == [
        (each.name_key, each.phone_key, each.search_text) for each in outdated
    ]
    assert outdated[1].name_key == "schmidt anna"


@pytest.mark.django_db(transaction=True)
def test_each_batch_is_a_transaction_of_its_own(outdated: list[Customer]) -> None:
    batches = normalize_batches("default", size=1)

    assert next(batches) == 1
    batches.close()

    assert [_texts(each) == tuple(OUTDATED.values()) for each in outdated] == [False, True, True]
    assert list(normalize_batches("default", size=2)) == [1, 1]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL merges its index by itself")
@pytest.mark.usefixtures("outdated")
def test_the_search_index_has_one_segment_afterwards() -> None:
    before = _segments()

    call_command("normalize_customers", verbosity=0)

    assert (before > 1, _segments()) == (True, 1)


def _segments() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(DISTINCT segid) FROM customers_search_idx")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_without_customers_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("normalize_customers")

    assert capsys.readouterr().out == "0 customers changed.\n"
