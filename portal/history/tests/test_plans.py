"""Query plans: for every query, a page of events reads about as many rows as it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.db import connection
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.plans import Plan, explained
from portal.history.models import Event, EventKind
from portal.history.queries import EventQuery, read_events
from portal.organizers.models import Organizer

EVENTS, SIZE = 20_000, 20
# SQLite counts up to four steps for each row of a page.
MAX_ROWS: Final = 4 * SIZE
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
TABLE: Final = Event._meta.db_table


@pytest.fixture
def customer(organizer: Organizer, make_customer: CustomerMaker) -> Iterator[Customer]:
    """The customer with few events: every hundredth event of the older half of all events.

    These events have an actor and a kind that the events of the other customer do not have.
    """
    busy, rare = make_customer(), make_customer()
    with scope(organizer=organizer):
        Event.objects.bulk_create(_event(number, busy, rare) for number in range(EVENTS))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield rare


def _event(number: int, busy: Customer, rare: Customer) -> Event:
    is_rare = not number % 100 and number < EVENTS // 2
    return Event(
        organizer=busy.organizer,
        customer=rare if is_rare else busy,
        version=1,
        time=START + timedelta(seconds=number),
        kind=EventKind.NOTED if is_rare else EventKind.CHANGED,
        actor_kind="token" if is_rare else "member",
        actor_name="rare@example.org" if is_rare else "busy@example.org",
        changes={},
    )


def test_a_page_of_events_is_read_by_an_index_scan(
    organizer: Organizer, customer: Customer, subtests: pytest.Subtests
) -> None:
    """One test for all queries, because creating the events takes longer than reading the pages."""
    queries = {
        "": EventQuery(),
        "customer": EventQuery(customer=customer),
        "kind": EventQuery(kind="noted"),
        "actor": EventQuery(actor="rare@example.org"),
        "actor_kind": EventQuery(actor_kind="token"),
        "time": EventQuery(since=START, until=START + timedelta(seconds=EVENTS // 3)),
    }
    for condition, query in queries.items():
        first = read_events(organizer, query=query, size=SIZE)
        for before in (None, first.next_before):
            with subtests.test(condition=condition, is_first=before is None):
                plans: list[Plan] = []
                with explained(plans, table=TABLE):
                    page = read_events(organizer, query=query, before=before, size=SIZE)

                assert len(page.events) == SIZE
                *_cursor, plan = plans
                assert plan.rows <= MAX_ROWS
                assert not plan.is_sorted
                assert f"event_by_{condition or 'time'}" in plan.indexes
