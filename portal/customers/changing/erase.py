"""Erases the personal data of a customer. The identifier, the language and the dates remain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from portal.customers.changing.journal import Erasure, append_erasure
from portal.customers.changing.write import find_differences, lock_customer, next_change_time
from portal.customers.models import SEARCH_INDEXES_ON_SQLITE
from portal.customers.related_rows import erase_related_rows
from portal.databases.deadlocks import retry_deadlocks
from portal.databases.deleted_texts import remove_deleted_texts
from portal.history.models import Event, Kind
from portal.history.record import record_event

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# The values of a customer that pretix anonymized.
ERASED_VALUES: Final[Mapping[str, Any]] = {
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
def erase_customer(
    organizer: Organizer,
    identifier: str,
    *,
    actor: Actor,
    version: int | None = None,
    undoes: Event | None = None,
) -> Customer:
    """Erase the personal data, and return the customer. Without effect if it is erased already.

    `undoes` is the event of the creation if the erasure undoes it. Raises CustomerNotFound,
    JournalUnavailable, and VersionMismatch unless the customer has the `version`.
    """
    customer = lock_customer(organizer, identifier, version=version)
    if customer.erased and not find_differences(customer, ERASED_VALUES):
        return customer
    empty_customer(customer, actor=actor, undoes=undoes)
    remove_deleted_texts(SEARCH_INDEXES_ON_SQLITE)
    # Before the commit: an entry without an erasure repeats one that was requested, and an erasure
    # without an entry would be lost when a backup is restored.
    append_erasure(Erasure(organizer.slug, identifier, customer.last_modified))
    return customer


def empty_customer(customer: Customer, *, actor: Actor, undoes: Event | None = None) -> None:
    """Erase the personal data in the rows of a locked customer, its notes and its history.

    Writes no entry in the journal, and leaves deleted texts in free space of the database's files.
    """
    for name, value in ERASED_VALUES.items():
        setattr(customer, name, value)
    customer.source_values = None
    customer.erased = customer.last_modified = next_change_time(customer.last_modified)
    customer.save()
    erase_related_rows(customer)
    record_event(customer, Kind.ERASED, None, actor=actor, undoes=undoes)
