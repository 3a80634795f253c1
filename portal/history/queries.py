"""Queries for the events of a customer or of an organizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from portal.history.models import Event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

PAGE_SIZE: Final = 50
NEWEST_FIRST: Final = ("-time", "-pk")
# The field whose values only members with the permission to read notes may see.
NOTES: Final = "notes"
EVENT_FIELDS: Final = [field.attname for field in Event._meta.concrete_fields]
CUSTOMER_FIELDS: Final = [f"customer__{name}" for name in ("identifier", "name", "email")]


class UnknownEvent(Exception):
    """The organizer has no event with this id."""


@dataclass(frozen=True)
class EventQuery:
    """Conditions for events. A condition that is empty or None has no effect."""

    customer: Customer | None = None
    kind: str = ""
    actor: str = ""  # the complete name of the actor
    actor_kind: str = ""
    since: datetime | None = None
    until: datetime | None = None  # events at this time are not included


@dataclass(frozen=True)
class EventPage:
    """A page of events, newest first. `next_before` is None on the last page.

    On other pages `next_before` is the value of `before` that reads the next page.
    """

    events: Sequence[Event]
    next_before: int | None


def read_events(
    organizer: Organizer,
    *,
    query: EventQuery,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> EventPage:
    """A page of the events that match the query, newest first.

    `before` is the id of an event: the page starts with the next older event. Raises UnknownEvent
    for an unknown id. The customers of the events are loaded, unless the query is for one customer.
    """
    events = find_events(organizer, query)
    if before is not None:
        events = events.filter(_events_older_than(organizer, before))
    if query.customer is None:
        events = events.select_related("customer").only(*EVENT_FIELDS, *CUSTOMER_FIELDS)
    rows = [*events.order_by(*NEWEST_FIRST)[: size + 1]]
    return EventPage(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def _events_older_than(organizer: Organizer, before: int) -> Q:
    """The condition for events that are older than the event with the id `before`."""
    time = events_of_organizer(organizer).filter(pk=before).values_list("time", flat=True).first()
    if time is None:
        raise UnknownEvent(before)
    # `time__lte` is redundant, but makes the database scan a range of an index.
    return Q(time__lte=time) & (Q(time__lt=time) | Q(pk__lt=before))


def find_events(organizer: Organizer, query: EventQuery) -> QuerySet[Event]:
    """The events that match the query, without an order.

    Raises ScopeError outside of the organizer's scope.
    """
    events = events_of_organizer(organizer, customer=query.customer)
    conditions = {
        "kind": query.kind,
        "actor_name": query.actor,
        "actor_kind": query.actor_kind,
        "time__gte": query.since,
        "time__lt": query.until,
    }
    return events.filter(**{name: value for name, value in conditions.items() if value})


def events_of_organizer(
    organizer: Organizer, *, customer: Customer | None = None
) -> QuerySet[Event]:
    """All events of the organizer, or of one customer.

    Raises ScopeError outside of the organizer's scope.
    """
    require_scope(organizer)
    events = Event.objects.filter(organizer=organizer)
    return events if customer is None else events.filter(customer=customer)


def readable_changes(event: Event, *, reads_notes: bool) -> Mapping[str, Sequence[Any] | None]:
    """The changes of an event, as {field: [value before, value after]}.

    A field whose values the reader may not see has None.
    """
    return readable_values(event.changes or {}, reads_notes=reads_notes)


def readable_values(
    changes: Mapping[str, Sequence[Any]], *, reads_notes: bool
) -> Mapping[str, Sequence[Any] | None]:
    """The changes, with None for a field whose values the reader may not see."""
    return {
        name: values if reads_notes or name != NOTES else None for name, values in changes.items()
    }
