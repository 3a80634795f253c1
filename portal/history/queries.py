"""Reads events, newest first: those of a customer or of the whole organizer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from portal.history.models import Event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

PAGE_SIZE: Final = 50


@dataclass(frozen=True)
class EventPage:
    """A page of events, newest first; `next_before` reads the page after it, if there is one."""

    events: Sequence[Event]
    next_before: int | None


def read_events(
    organizer: Organizer,
    *,
    customer: Customer | None = None,
    kinds: Collection[str] = (),
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> EventPage:
    """The events before the one with the id `before`, of these kinds or of any."""
    events = events_of(organizer, customer=customer)
    if kinds:
        events = events.filter(kind__in=kinds)
    if before is not None:
        events = events.filter(pk__lt=before)
    rows = [*events.order_by("-pk")[: size + 1]]
    return EventPage(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def events_of(organizer: Organizer, *, customer: Customer | None = None) -> QuerySet[Event]:
    """All events of the customer, or of the organizer. Raises ScopeError outside of its scope."""
    require_scope(organizer)
    events = Event.objects.filter(organizer=organizer)
    return events if customer is None else events.filter(customer=customer)
