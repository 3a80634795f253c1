"""Records events of customers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from portal.history.models import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.customers.models import Customer
    from portal.history.actors import Actor


# Longer request ids, which a proxy may send, are cut.
MAX_REQUEST_ID: Final = 200


def record_event(
    customer: Customer,
    kind: EventKind,
    changes: Mapping[str, tuple[Any, Any]] | None,
    *,
    actor: Actor,
    undoes: Event | None = None,
    time: datetime | None = None,
) -> Event:
    """Saves an event of the customer. The caller saves the customer in the same transaction.

    `changes` is {field: (value before, value after)}. Without `time`, the event has the time of the
    last change of the customer. The event of a new note needs `time`, because a note is not a
    change of the customer.
    """
    return Event.objects.create(
        organizer_id=customer.organizer_id,
        customer=customer,
        version=customer.version,
        time=time or customer.last_modified,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        request_id=actor.request_id[:MAX_REQUEST_ID],
        undoes=undoes,
        changes=changes,
    )
