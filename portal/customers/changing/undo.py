"""Undoes a recorded change if the changed fields still have the values of that change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.customers.changing.erase import ERASED_VALUES, erase_customer
from portal.customers.changing.write import PERSONAL_FIELDS, lock_customer, save_changes
from portal.customers.models import Customer
from portal.databases.deadlocks import retry_deadlocks
from portal.history.actors import ActorKind
from portal.history.models import Event, EventKind
from portal.history.queries import events_of_organizer
from portal.history.record import record_event

if TYPE_CHECKING:
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer


class EventNotFound(Exception):
    """The customer has no event with this id."""


class CannotUndo(Exception):
    """The event cannot be undone. The message of the exception is the reason."""


class UndoConflict(Exception):
    """Some fields were changed again after the event. `fields` has their names."""

    def __init__(self, customer: Customer, fields: Sequence[str]) -> None:
        super().__init__(", ".join(fields))
        self.customer = customer
        self.fields = fields


@retry_deadlocks
@transaction.atomic
def undo_event(organizer: Organizer, identifier: str, event_id: int, *, actor: Actor) -> Customer:
    """Restore the values from before the event, and record a new event. Returns the customer.

    Undoing the creation of a customer erases the customer. Raises CustomerNotFound, EventNotFound,
    CannotUndo, UndoConflict, JournalUnavailable, and InvalidValues if another customer has the
    email now.
    """
    customer = lock_customer(organizer, identifier)
    event = events_of_organizer(organizer, customer=customer).filter(pk=event_id).first()
    if event is None:
        raise EventNotFound(event_id)
    recorded = _undoable_changes(customer, event)
    if event.kind == EventKind.CREATED:
        return erase_customer(organizer, identifier, actor=actor, undoes=event)
    changes = {name: (after, before) for name, (before, after) in recorded.items()}
    _mark_erased_again(customer, changes)
    save_changes(
        customer, {name: (now, _typed_value(name, then)) for name, (now, then) in changes.items()}
    )
    record_event(customer, EventKind.UNDONE, changes, actor=actor, undoes=event)
    return customer


def can_undo(customer: Customer, event: Event) -> bool:
    """Whether the event can be undone.

    The result does not say whether another customer has the email now, which undo_event() checks.
    """
    try:
        return bool(_undoable_changes(customer, event))
    except (CannotUndo, UndoConflict):
        return False


def _undoable_changes(customer: Customer, event: Event) -> dict[str, Any]:
    """The recorded changes of an event, if it can be undone. Raises CannotUndo and UndoConflict."""
    if event.kind == EventKind.ERASED:
        raise CannotUndo(_("An erasure cannot be undone."))
    if event.changes is None:
        raise CannotUndo(_("The values before this change have been removed."))
    if not event.changes:
        raise CannotUndo(_("This event changed no field."))
    expected = {name: after for name, (_before, after) in event.changes.items()}
    if event.kind == EventKind.CREATED:
        # Undoing a creation empties all personal fields, so a field that was filled in later is a
        # conflict.
        expected = {name: ERASED_VALUES[name] for name in PERSONAL_FIELDS} | expected
    conflicts = [
        name
        for name, value in expected.items()
        if getattr(customer, name) != _typed_value(name, value)
    ]
    if conflicts:
        raise UndoConflict(customer, conflicts)
    recorded: dict[str, Any] = event.changes
    return recorded


def _typed_value(field: str, recorded: Any) -> Any:
    """A recorded value, converted to the type of its model field.

    The JSON of events has times as text.
    """
    column: Any = Customer._meta.get_field(field)  # any kind of field
    return column.to_python(recorded)


def _mark_erased_again(customer: Customer, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Mark the customer as erased again if the undo removes all personal data."""
    values = [
        changes[name][1] if name in changes else getattr(customer, name) for name in PERSONAL_FIELDS
    ]
    erasures = events_of_organizer(customer.organizer, customer=customer).filter(
        kind=EventKind.ERASED
    )
    # An erasure by an import sets no mark: the source erased the customer, and may fill in values
    # again.
    ours = erasures.exclude(actor_kind=ActorKind.IMPORT)
    last = None if any(values) else ours.order_by("-pk").first()
    if last:
        customer.erased = last.time
