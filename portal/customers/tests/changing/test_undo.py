"""A change is undone if its fields still have the values that the change set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer, State
from portal.history.actors import Actor
from portal.history.models import Event, EventKind
from portal.history.record import record_event
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db

ACTOR: Final = Actor.from_command("test")


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345", email="ann@example.org", locale="de")


def change(customer: Customer, **values: Any) -> Event:
    services.change_customer(customer.organizer, customer.identifier, values, actor=ACTOR)
    return Event.objects.order_by("-pk")[0]


def undo(event: Event, customer: Customer) -> Customer:
    return services.undo_event(customer.organizer, customer.identifier, event.pk, actor=ACTOR)


def test_undoing_a_change_records_a_new_event(ann: Customer) -> None:
    event = change(ann, locale="fr", name_parts={"full_name": "Ann Lee"})

    undone = undo(event, ann)

    stored = Customer.objects.get()
    assert (stored.locale, stored.name_parts, stored.name) == ("de", ann.name_parts, ann.name)
    assert stored.version == undone.version == event.version + 1
    last = Event.objects.order_by("-pk")[0]
    assert (last.kind, last.undoes, last.version) == ("undone", event, undone.version)
    assert (last.changes or {})["locale"] == ["fr", "de"]


def test_other_fields_keep_what_was_changed_meanwhile(ann: Customer) -> None:
    event = change(ann, locale="fr")
    change(ann, notes="called")

    assert undo(event, ann).notes == "called"


def test_a_field_that_was_changed_meanwhile_is_a_conflict(ann: Customer) -> None:
    event = change(ann, locale="fr", notes="called")
    change(ann, locale="it")

    with pytest.raises(services.UndoConflict) as conflict:
        undo(event, ann)

    assert conflict.value.fields == ["locale"]
    assert Customer.objects.get().notes == "called"


def test_a_change_is_undone_only_once(ann: Customer) -> None:
    event = change(ann, locale="fr")
    undo(event, ann)

    with pytest.raises(services.UndoConflict):
        undo(event, ann)


def test_undoing_an_undo_restores_the_change(ann: Customer) -> None:
    undo(change(ann, locale="fr"), ann)

    assert undo(Event.objects.order_by("-pk")[0], ann).locale == "fr"


def test_undoing_restores_times_that_an_import_changed(ann: Customer) -> None:
    times = ("2024-01-01T12:00:00Z", "2025-01-01T12:00:00Z")
    Customer.objects.filter(pk=ann.pk).update(last_login=times[1])
    event = record_event(ann, EventKind.CHANGED, {"last_login": times}, actor=ACTOR)

    last_login = undo(event, ann).last_login

    assert last_login
    assert last_login.year == 2024


def test_undoing_a_creation_erases_the_customer(organizer: Organizer) -> None:
    customer = services.create_customer(
        organizer, {"email": "ann@example.org", "phone": ""}, actor=ACTOR
    )
    created = Event.objects.get()

    undone = undo(created, customer)

    assert (undone.state, undone.email) == (State.ANONYMISED, None)
    assert undone.erased
    last = Event.objects.order_by("-pk")[0]
    assert (last.kind, last.undoes, last.changes) == ("erased", created, None)


def test_a_creation_with_a_later_value_is_a_conflict(organizer: Organizer) -> None:
    customer = services.create_customer(organizer, {"email": "ann@example.org"}, actor=ACTOR)
    created = Event.objects.get()
    change(customer, notes="called")

    with pytest.raises(services.UndoConflict) as conflict:
        undo(created, customer)

    assert conflict.value.fields == ["notes"]


def test_an_erasure_cannot_be_undone(ann: Customer) -> None:
    services.erase_customer(ann.organizer, ann.identifier, actor=ACTOR)

    with pytest.raises(services.CannotUndo, match="erasure"):
        undo(Event.objects.get(), ann)


def test_a_change_before_an_erasure_cannot_be_undone(ann: Customer) -> None:
    event = change(ann, email="lee@example.org")
    services.erase_customer(ann.organizer, ann.identifier, actor=ACTOR)

    with pytest.raises(services.CannotUndo, match="removed"):
        undo(event, ann)

    assert Customer.objects.get().email is None


def test_an_event_without_changes_cannot_be_undone(ann: Customer) -> None:
    with pytest.raises(services.CannotUndo, match="no field"):
        undo(record_event(ann, EventKind.NOTED, {}, actor=ACTOR), ann)


def test_undoing_is_an_error_if_another_customer_has_the_email_now(
    ann: Customer, make_customer: CustomerMaker
) -> None:
    event = change(ann, email="lee@example.org")
    other = make_customer(email="ann@example.org")

    with pytest.raises(services.InvalidValues) as error:
        undo(event, ann)

    assert error.value.taken_by == other
    assert Customer.objects.get(pk=ann.pk).email == "lee@example.org"


def test_a_customer_counts_as_erased_again_when_the_new_personal_data_is_removed(
    ann: Customer,
) -> None:
    erased = services.erase_customer(ann.organizer, ann.identifier, actor=ACTOR)
    event = change(ann, email="new@example.org")

    undone = undo(event, ann)

    assert undone.erased == Customer.objects.get().erased == erased.erased


def test_an_event_of_another_customer_is_not_found(
    ann: Customer, make_customer: CustomerMaker
) -> None:
    event = change(make_customer(locale="de"), locale="fr")

    with pytest.raises(services.EventNotFound):
        undo(event, ann)


def test_a_customer_of_another_organizer_is_not_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    foreign = make_customer(of=rival, locale="de")
    with scope(organizer=rival):
        event = change(foreign, locale="fr")

    with pytest.raises(services.CustomerNotFound):
        services.undo_event(organizer, foreign.identifier, event.pk, actor=ACTOR)
