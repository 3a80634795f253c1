"""Pages of events have a total order, match all conditions, and can be read within a scope only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.history.actors import Actor, ActorKind
from portal.history.models import Event, EventKind
from portal.history.queries import EventQuery, UnknownEvent, read_events, readable_changes
from portal.history.tests.conftest import EventMaker
from portal.organizers.models import Organizer

ALL = EventQuery()


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


def _pages(organizer: Organizer, query: EventQuery, size: int) -> list[Event]:
    """The events of all pages."""
    found: list[Event] = []
    before = None
    with scope(organizer=organizer):
        while True:
            page = read_events(organizer, query=query, before=before, size=size)
            found += page.events
            if page.next_before is None:
                return found
            before = page.next_before


def test_pages_have_every_event_once_with_the_newest_first(
    organizer: Organizer, customer: Customer, make_event: EventMaker
) -> None:
    made = [make_event(customer) for _ in range(7)]

    assert _pages(organizer, ALL, 3) == made[::-1]
    assert _pages(organizer, ALL, 7) == made[::-1]


def test_events_of_the_same_time_are_in_a_total_order(
    organizer: Organizer, customer: Customer, make_event: EventMaker
) -> None:
    made = [make_event(customer) for _ in range(5)]
    with scope(organizer=organizer):
        Event.objects.bulk_create(
            Event(
                **{
                    field.attname: getattr(made[2], field.attname)
                    for field in Event._meta.concrete_fields
                    if not field.primary_key
                }
            )
            for _ in range(4)
        )

    found = _pages(organizer, ALL, 2)

    assert len({event.pk for event in found}) == len(found) == 9
    assert found == sorted(found, key=lambda event: (event.time, event.pk), reverse=True)


def test_a_query_finds_the_events_that_match_all_its_conditions(
    organizer: Organizer, make_customer: CustomerMaker, make_event: EventMaker
) -> None:
    ada, bob = make_customer(), make_customer()
    first = make_event(ada, EventKind.CREATED)
    second = make_event(ada)
    third = make_event(bob, actor=Actor(ActorKind.TOKEN, 1, "sync"))

    def found(**conditions: object) -> list[Event]:
        return _pages(organizer, EventQuery(**conditions), 2)  # type: ignore[arg-type]

    assert found(customer=ada) == [second, first]
    assert found(kind="created") == [first]
    assert found(actor="sync") == [third]
    assert found(actor_kind="token") == [third]
    assert found(actor="sync", kind="created") == []
    assert found(since=second.time) == [third, second]
    assert found(until=second.time) == [first]
    assert found(since=second.time, until=second.time + timedelta(microseconds=1)) == [second]


def test_events_of_another_organizer_are_not_found(
    organizer: Organizer,
    rival: Organizer,
    customer: Customer,
    make_customer: CustomerMaker,
    make_event: EventMaker,
) -> None:
    event = make_event(customer)
    foreign = make_event(make_customer(of=rival))

    assert _pages(organizer, ALL, 5) == [event]
    with scope(organizer=organizer), pytest.raises(UnknownEvent):
        read_events(organizer, query=ALL, before=foreign.pk)


def test_events_are_read_within_the_scope_only(organizer: Organizer, rival: Organizer) -> None:
    with pytest.raises(ScopeError):
        read_events(organizer, query=ALL)
    with scope(organizer=rival), pytest.raises(ScopeError):
        read_events(organizer, query=ALL)


def test_values_of_notes_need_the_permission_to_read_notes(
    customer: Customer, make_event: EventMaker
) -> None:
    changes = {"notes": ["old", "new"], "locale": ["de", "en"]}
    event = make_event(customer, changes=changes)

    assert readable_changes(event, reads_notes=True) == changes
    assert readable_changes(event, reads_notes=False) == {"notes": None, "locale": ["de", "en"]}
