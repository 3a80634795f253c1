"""A fixture that records events of customers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope

from portal.customers.models import Customer
from portal.history.actors import Actor
from portal.history.models import Event, EventKind
from portal.history.record import record_event

EventMaker = Callable[..., Event]
ANNA = Actor.from_command("anna@example.org")


@pytest.fixture
def make_event() -> EventMaker:
    """Records an event of the customer, one second after the previous event."""
    time = timezone.now() - timedelta(days=1)

    def make(
        customer: Customer,
        kind: EventKind = EventKind.CHANGED,
        changes: Any = None,
        *,
        actor: Actor = ANNA,
    ) -> Event:
        nonlocal time
        time += timedelta(seconds=1)
        customer.last_modified = time
        with scope(organizer=customer.organizer):
            return record_event(customer, kind, changes, actor=actor)

    return make
