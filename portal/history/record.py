"""Records events. The caller saves the customer in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from portal.history.models import Event, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.customers.models import Customer
    from portal.history.actors import Actor


# A proxy may send longer ids, which are cut off.
MAX_REQUEST_ID: Final = 200


def record_event(
    customer: Customer,
    kind: Kind,
    changes: Mapping[str, tuple[Any, Any]] | None,
    *,
    actor: Actor,
    undoes: Event | None = None,
    time: datetime | None = None,
) -> Event:
    """Save an event of the customer. `changes` is {field: (value before, value after)}.

    The time of the event is that of the last change of the customer. An event that does not
    change the customer's fields has a `time` of its own.
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
