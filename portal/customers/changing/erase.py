"""Erases a person: nothing stays but the identifier, the language and the dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from portal.customers.changing.journal import Erasure, append_erasure
from portal.customers.changing.notes import notes_of
from portal.customers.changing.write import differences, lock, next_time
from portal.customers.models import SEARCH_INDEX_ON_SQLITE
from portal.customers.signals import customer_erased
from portal.databases.deadlocks import retry_deadlocks
from portal.databases.deleted_texts import remove_deleted_texts
from portal.history.models import Event, Kind
from portal.history.queries import events_of
from portal.history.record import record

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# As pretix anonymises.
ERASED: Final[Mapping[str, Any]] = {
    "external_identifier": None,
    "email": None,
    "phone": None,
    "name_parts": {},
    "is_active": False,
    "is_verified": False,
    "notes": None,
}


@retry_deadlocks
@transaction.atomic
def erase(
    organizer: Organizer, identifier: str, *, actor: Actor, undoes: Event | None = None
) -> Customer:
    """The customer without a person. One that is erased already stays as it is.

    `undoes` is the creation that this takes back. Raises CustomerNotFound and JournalUnavailable.
    """
    customer = lock(organizer, identifier)
    if customer.erased and not differences(customer, ERASED):
        return customer
    empty(customer, actor=actor, undoes=undoes)
    remove_deleted_texts(SEARCH_INDEX_ON_SQLITE)
    append_erasure(Erasure(organizer.slug, identifier, customer.last_modified))
    return customer


def empty(customer: Customer, *, actor: Actor, undoes: Event | None = None) -> None:
    """Erase the person of a locked customer: the rows alone, neither journal nor remains."""
    for name, value in ERASED.items():
        setattr(customer, name, value)
    customer.erased = customer.last_modified = next_time(customer.last_modified)
    customer.save()
    notes_of(customer.organizer, customer).delete()
    events = events_of(customer.organizer, customer=customer)
    events.filter(changes__isnull=False).update(changes=None)
    record(customer, Kind.ERASED, None, actor=actor, undoes=undoes)
    customer_erased.send(type(customer), customer=customer)
