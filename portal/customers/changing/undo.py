"""Takes a change back, while its fields still hold what it left there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.customers.changing.erase import ERASED, erase
from portal.customers.changing.write import PERSONAL, apply, lock
from portal.customers.models import Customer
from portal.databases.deadlocks import retry_deadlocks
from portal.history.actors import ActorKind
from portal.history.models import Event, Kind
from portal.history.queries import events_of
from portal.history.record import record

if TYPE_CHECKING:
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer


class EventNotFound(Exception):
    """The customer has no event with this id."""


class CannotUndo(Exception):
    """The event is of a kind that cannot be taken back; the message says why."""


class UndoConflict(Exception):
    """These fields no longer hold what the change left there."""

    def __init__(self, customer: Customer, fields: Sequence[str]) -> None:
        super().__init__(", ".join(fields))
        self.customer = customer
        self.fields = fields


@retry_deadlocks
@transaction.atomic
def undo(organizer: Organizer, identifier: str, event_id: int, *, actor: Actor) -> Customer:
    """The customer as before the event, recorded as a new event. To undo a creation is to erase.

    Raises CustomerNotFound, EventNotFound, CannotUndo, UndoConflict; InvalidValues if another
    customer has the email by now; and JournalUnavailable.
    """
    customer = lock(organizer, identifier)
    event = events_of(organizer, customer=customer).filter(pk=event_id).first()
    if event is None:
        raise EventNotFound(event_id)
    recorded = _check(customer, event)
    if event.kind == Kind.CREATED:
        return erase(organizer, identifier, actor=actor, undoes=event)
    changes = {name: (after, before) for name, (before, after) in recorded.items()}
    _restore_tombstone(customer, changes)
    apply(customer, {name: (now, _value(name, then)) for name, (now, then) in changes.items()})
    record(customer, Kind.UNDONE, changes, actor=actor, undoes=event)
    return customer


def can_undo(customer: Customer, event: Event) -> bool:
    """Whether the event can be taken back, unless another customer has the email by now."""
    try:
        return bool(_check(customer, event))
    except (CannotUndo, UndoConflict):
        return False


def _check(customer: Customer, event: Event) -> dict[str, Any]:
    """The recorded changes of an event that can be taken back.

    Raises CannotUndo and UndoConflict.
    """
    if event.kind == Kind.ERASED:
        raise CannotUndo(_("An erasure cannot be undone."))
    if event.changes is None:
        raise CannotUndo(_("The values before this change have been removed."))
    if not event.changes:
        raise CannotUndo(_("This event changed no field."))
    left = {name: after for name, (_before, after) in event.changes.items()}
    if event.kind == Kind.CREATED:
        # To erase takes all fields, so one that was filled in later is a conflict, too.
        left = {name: ERASED[name] for name in PERSONAL} | left
    conflicts = [name for name in left if getattr(customer, name) != _value(name, left[name])]
    if conflicts:
        raise UndoConflict(customer, conflicts)
    recorded: dict[str, Any] = event.changes
    return recorded


def _value(field: str, recorded: Any) -> Any:
    """A value of the history as the customer has it: JSON has times as texts."""
    column: Any = Customer._meta.get_field(field)  # any kind of field
    return column.to_python(recorded)


def _restore_tombstone(customer: Customer, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """An erased account that gets rid of its new person is an erased one again."""
    values = [changes[name][1] if name in changes else getattr(customer, name) for name in PERSONAL]
    erasures = events_of(customer.organizer, customer=customer).filter(kind=Kind.ERASED)
    # One by an import is of the source, which may give the account a person again.
    ours = erasures.exclude(actor_kind=ActorKind.IMPORT)
    last = None if any(values) else ours.order_by("-pk").first()
    if last:
        customer.erased = last.time
