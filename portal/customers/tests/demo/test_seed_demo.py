"""manage.py seed_demo: invented customers in the database."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from portal.customers.demo.customers import BLOCK_SIZE, demo_customers
from portal.customers.models import Customer
from portal.organizers.models import Organizer


def _seed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("seed_demo", "bigevents", *arguments, stdout=out)
    return out.getvalue()


def test_an_organizer_gets_the_customers_of_the_seed(organizer: Organizer) -> None:
    output = _seed("--customers", "100", "--seed", "3")

    rows = {staged.row.identifier: staged.row for staged in demo_customers(100, seed=3)}
    with scope(organizer=organizer):
        customers = {each.identifier: each for each in Customer.objects.all()}
    assert output == "100 customers: 100 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert customers.keys() == rows.keys()
    assert all(customers[key].name_parts == row.name_parts for key, row in rows.items())


@pytest.mark.django_db(transaction=True)  # connections are closed before processes start
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_customers_of_several_processes_equal_those_of_one(organizer: Organizer) -> None:
    _seed("--customers", str(BLOCK_SIZE + 10))

    output = _seed("--customers", str(BLOCK_SIZE + 20))

    assert output.startswith(
        f"{BLOCK_SIZE + 20} customers: 10 created, 0 updated, {BLOCK_SIZE + 10} unchanged"
    )


def test_a_second_run_with_more_customers_adds_the_missing_ones(organizer: Organizer) -> None:
    _seed("--customers", "100")

    output = _seed("--customers", "150")

    assert output == "150 customers: 50 created, 0 updated, 100 unchanged, 0 rejected.\n"


def test_the_last_day_can_be_given(organizer: Organizer) -> None:
    _seed("--customers", "20", "--until", "2020-01-01")

    with scope(organizer=organizer):
        assert not Customer.objects.filter(last_modified__gte="2020-01-01T00:00:00Z").exists()


@pytest.mark.django_db
def test_an_unknown_organizer_is_rejected() -> None:
    with pytest.raises(CommandError, match="There is no organizer"):
        _seed("--customers", "1")


def test_an_invalid_day_is_rejected(organizer: Organizer) -> None:
    with pytest.raises(CommandError, match="--until"):
        _seed("--customers", "1", "--until", "tomorrow")
