"""Erases the personal data of a customer.

The identifier, the language and the times of the customer remain.
"""

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
from portal.history.models import Event, EventKind
from portal.history.record import record_event

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

# The values that an erased customer gets, as in pretix.
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
    """Erase the personal data of a customer, and return the customer.

    A customer that is erased already does not change.

    If the erasure undoes the creation of the customer, `undoes` is the event of the creation.
    Raises CustomerNotFound, JournalUnavailable, and VersionMismatch if the customer has another
    version than `version`.
    """
    customer = lock_customer(organizer, identifier, version=version)
    if customer.erased and not find_differences(customer, ERASED_VALUES):
        return customer
    empty_customer(customer, actor=actor, undoes=undoes)
    remove_deleted_texts(SEARCH_INDEXES_ON_SQLITE)
    # The entry is written before the commit, because an erasure without an entry could not be
    # repeated after a restore of a backup. If the commit fails, the entry remains, and a restore
    # erases the customer.
    append_erasure(Erasure(organizer.slug, identifier, customer.last_modified))
    return customer


def empty_customer(customer: Customer, *, actor: Actor, undoes: Event | None = None) -> None:
    """Erase the personal data of a locked customer: in its row, its notes and its history.

    Writes no entry in the journal. The free space of the database's files may still contain the
    deleted texts.
    """
    for name, value in ERASED_VALUES.items():
        setattr(customer, name, value)
    customer.source_values = None
    customer.erased = customer.last_modified = next_change_time(customer.last_modified)
    customer.save()
    erase_related_rows(customer)
    record_event(customer, EventKind.ERASED, None, actor=actor, undoes=undoes)
