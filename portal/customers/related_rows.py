"""Erases the personal data of a customer in other tables, for members and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.customers.signals import customer_erased
from portal.history.queries import events_of_organizer

if TYPE_CHECKING:
    from portal.customers.models import Customer


def erase_related_rows(customer: Customer) -> None:
    """Delete the team's notes, the values in the history, and the rows of other apps.

    The caller has locked the customer, and records the erasure afterwards.
    """
    customer.delete_team_notes()
    events = events_of_organizer(customer.organizer, customer=customer)
    events.filter(changes__isnull=False).update(changes=None)
    customer_erased.send(type(customer), customer=customer)
