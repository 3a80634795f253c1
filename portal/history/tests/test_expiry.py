"""Values of events are deleted when they are older than the `history_days` of the organizer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.history.expiry import delete_expired_values
from portal.history.models import Event, EventKind
from portal.history.tests.conftest import EventMaker
from portal.organizers.models import Organizer

CHANGES = {"locale": ["de", "en"]}


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


def _events_with_values(organizer: Organizer) -> list[int]:
    with scope(organizer=organizer):
        return [
            *Event.objects.filter(changes__isnull=False).order_by("pk").values_list("pk", flat=True)
        ]


def _expire(organizer: Organizer, *, days: int) -> int:
    """Expires the values as if today were `days` later."""
    with scope(organizer=organizer):
        return delete_expired_values(organizer, now=timezone.now() + timedelta(days=days), batch=3)


def test_values_older_than_history_days_are_deleted_in_batches(
    organizer: Organizer, customer: Customer, make_event: EventMaker
) -> None:
    for _ in range(7):
        make_event(customer, changes=CHANGES)
    note = make_event(customer, EventKind.NOTED, {})

    assert _expire(organizer, days=700) == 0
    assert _expire(organizer, days=731) == 7
    assert _expire(organizer, days=731) == 0
    assert _events_with_values(organizer) == [note.pk]


def test_values_never_expire_without_history_days(
    organizer: Organizer, customer: Customer, make_event: EventMaker
) -> None:
    event = make_event(customer, changes=CHANGES)
    call_command("set_history_days", "bigevents", "always", verbosity=0)
    organizer.refresh_from_db()

    assert _expire(organizer, days=9_999) == 0
    assert _events_with_values(organizer) == [event.pk]


def test_the_command_applies_the_history_days_of_each_organizer(
    organizer: Organizer,
    rival: Organizer,
    customer: Customer,
    make_customer: CustomerMaker,
    make_event: EventMaker,
) -> None:
    make_event(customer, changes=CHANGES)
    foreign = make_event(make_customer(of=rival), changes=CHANGES)
    call_command("set_history_days", "bigevents", "0", verbosity=0)

    call_command("expire_history", verbosity=0)

    assert _events_with_values(organizer) == []
    assert _events_with_values(rival) == [foreign.pk]


@pytest.mark.parametrize("days", ["-1", "x", "", "1.5", "100000", "٣"])
def test_history_days_must_be_a_number(organizer: Organizer, days: str) -> None:
    with pytest.raises(CommandError, match="Give a number"):
        call_command("set_history_days", "bigevents", "--", days)
