"""What other tables store of a customer, and an erasure deletes: by a member or by an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.customers.signals import customer_erased
from portal.history.queries import events_of

if TYPE_CHECKING:
    from portal.customers.models import Customer


def erase_related_rows(customer: Customer) -> None:
    """Delete the team's notes, the values of the history, and what other apps store.

    The customer is locked. The caller records the erasure afterwards.
    """
    customer.delete_team_notes()
    events = events_of(customer.organizer, customer=customer)
    events.filter(changes__isnull=False).update(changes=None)
    customer_erased.send(type(customer), customer=customer)
