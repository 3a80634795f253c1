"""Events are append-only: the database rejects all other changes."""

from __future__ import annotations

from typing import Final

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.history.actors import Actor
from portal.history.models import Event, EventKind
from portal.history.record import record_event
from portal.organizers.models import Organizer

DELETE_EVENTS: Final = "DELETE FROM history_event"
EMPTY_CHANGES: Final = "UPDATE history_event SET changes = NULL"
FILL_CHANGES: Final = "UPDATE history_event SET changes = '{}'"
REPLACE_EVENTS: Final = "REPLACE INTO history_event ({0}) SELECT {0} FROM history_event"
OTHER_VALUES: Final = {"changes": "'{}'", "time": "'2020-01-01T00:00:00Z'"}
COLUMNS: Final = [field.attname for field in Event._meta.concrete_fields]

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer()


@pytest.fixture
def event(organizer: Organizer, customer: Customer) -> Event:
    with scope(organizer=organizer):
        return record_event(
            customer, EventKind.CHANGED, {"locale": ("de", "en")}, actor=Actor.from_command("test")
        )


def _execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _stored(event: Event) -> Event:
    with scope(organizer=event.organizer):
        return Event.objects.get()


def test_an_event_cannot_be_deleted(event: Event) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(DELETE_EVENTS)

    assert _stored(event) == event


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_an_event_can_be_changed(event: Event, column: str) -> None:
    assignment = f"{column} = {OTHER_VALUES.get(column, 7)}"

    with pytest.raises(IntegrityError, match="append-only"):
        _execute(EMPTY_CHANGES.replace("changes = NULL", assignment))


@pytest.mark.parametrize("column", [each for each in COLUMNS if each != "changes"])
def test_no_column_can_be_changed_when_the_changes_are_emptied(event: Event, column: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(f"{EMPTY_CHANGES}, {column} = {OTHER_VALUES.get(column, 7)}")


def test_the_changes_of_an_event_can_be_emptied_and_stay_empty(event: Event) -> None:
    _execute(EMPTY_CHANGES)

    assert _stored(event).changes is None
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(FILL_CHANGES)


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has no REPLACE")
def test_an_event_cannot_be_replaced(event: Event) -> None:
    _execute("PRAGMA recursive_triggers = OFF")

    with pytest.raises(IntegrityError, match="append-only"):
        _execute(REPLACE_EVENTS.format(", ".join(COLUMNS)))

    _execute("PRAGMA recursive_triggers = ON")


def test_a_customer_with_events_cannot_be_deleted(event: Event, customer: Customer) -> None:
    with pytest.raises(IntegrityError), scope(organizer=event.organizer):
        customer.delete()


def test_an_event_stores_its_actor_kind_and_time(event: Event, customer: Customer) -> None:
    stored = _stored(event)

    assert (stored.customer, stored.version, stored.time) == (
        customer,
        customer.version,
        customer.last_modified,
    )
    assert (stored.kind, stored.actor_kind, stored.actor_name) == ("changed", "command", "test")
    assert stored.changes == {"locale": ["de", "en"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_a_transactional_test_leaves_no_events_and_keeps_the_triggers(
    event: Event, run: int
) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(DELETE_EVENTS)
    assert _stored(event) == event


def test_an_import_has_an_english_name_whatever_the_language() -> None:
    with override("de"):
        actor = Actor.from_import("service")

    event = Event(actor_kind=actor.kind, actor_name=actor.name)
    assert event.actor_name == event.actor_label == "Import from another service"


def test_the_label_of_an_actor_is_its_name_or_its_kind() -> None:
    assert Event(actor_kind="member", actor_name="ann@example.org").actor_label == "ann@example.org"
    assert Event(actor_kind="import", actor_name="").actor_label == "Import"
