"""manage.py seed_demo: the demo's customers, in the database."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from portal.customers.demo.customers import BLOCK, demo_customers
from portal.customers.models import Customer
from portal.organizers.models import Organizer


def _seed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("seed_demo", "bigevents", *arguments, stdout=out)
    return out.getvalue()


def test_an_organizer_gets_the_customers_of_the_seed(organizer: Organizer) -> None:
    said = _seed("--customers", "100", "--seed", "3")

    rows = {placed.row.identifier: placed.row for placed in demo_customers(100, seed=3)}
    with scope(organizer=organizer):
        customers = {each.identifier: each for each in Customer.objects.all()}
    assert said == "100 customers: 100 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert customers.keys() == rows.keys()
    assert all(customers[key].name_parts == row.name_parts for key, row in rows.items())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_many_customers_are_the_same_as_few(organizer: Organizer) -> None:
    _seed("--customers", str(BLOCK + 10))

    said = _seed("--customers", str(BLOCK + 20))

    assert said.startswith(f"{BLOCK + 20} customers: 10 created, 0 updated, {BLOCK + 10} unchanged")


def test_the_same_seed_again_changes_nothing_and_a_larger_number_adds(organizer: Organizer) -> None:
    _seed("--customers", "100")

    said = _seed("--customers", "150")

    assert said == "150 customers: 50 created, 0 updated, 100 unchanged, 0 rejected.\n"


def test_the_last_day_can_be_given(organizer: Organizer) -> None:
    _seed("--customers", "20", "--until", "2020-01-01")

    with scope(organizer=organizer):
        assert not Customer.objects.filter(last_modified__gte="2020-01-01T00:00:00Z").exists()


@pytest.mark.django_db
def test_an_unknown_organizer_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no organizer"):
        _seed("--customers", "1")


def test_a_day_that_is_none_is_refused(organizer: Organizer) -> None:
    with pytest.raises(CommandError, match="--until"):
        _seed("--customers", "1", "--until", "tomorrow")
