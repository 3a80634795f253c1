"""The quick way in: for customers who are known to be new."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django_scopes import scope

from portal.customers.demo import demo_customers
from portal.customers.loading import LoadReport, add_customers, load_customers
from portal.customers.models import Customer
from portal.customers.prepared import prepare
from portal.organizers.models import Organizer


def test_customers_come_out_as_by_the_other_way_in(organizer: Organizer) -> None:
    rows = list(demo_customers(2_500))

    assert add_customers(organizer, [prepare(rows[:999]), prepare(rows[999:])]).created == 2_500
    assert load_customers(organizer, rows) == LoadReport(unchanged=2_500)


def test_one_that_is_there_already_stops_all(organizer: Organizer) -> None:
    rows = list(demo_customers(10))

    with pytest.raises(IntegrityError):
        add_customers(organizer, [prepare(rows), prepare(rows[:1])])
    with scope(organizer=organizer):
        assert not Customer.objects.exists()
