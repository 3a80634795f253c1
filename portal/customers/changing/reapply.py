"""Repeats the erasures of the journal in a database that was restored from an older backup."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import transaction
from django_scopes import scope

from portal.customers.changing.erase import ERASED_VALUES, empty_customer
from portal.customers.changing.journal import Erasure
from portal.customers.changing.write import lock_customer
from portal.customers.models import Customer, CustomerNotFound
from portal.history.actors import Actor
from portal.history.models import EventKind
from portal.history.queries import events_of_organizer
from portal.organizers import services as organizers
from portal.organizers.models import Organizer

ACTOR: Final = Actor.from_command("reapply_erasures")


class ErasureOutcome(StrEnum):
    """The result of repeating an erasure, as the command reapply_erasures prints it."""

    ERASED = "erased again"
    UNCHANGED = "erased already"
    ADDED = "not in this database: added without a person, so that no import adds the person"
    UNKNOWN = "of organizers that are not in this database"


def reapply_erasure(erasure: Erasure) -> ErasureOutcome:
    """Erase the customer unless its history has this erasure or a later one.

    A customer that got personal data again after the erasure is not erased again.
    """
    try:
        organizer = organizers.get_organizer(erasure.organizer)
    except organizers.UnknownOrganizer:
        return ErasureOutcome.UNKNOWN
    with scope(organizer=organizer), transaction.atomic():
        return _reapply_in_scope(organizer, erasure)


def _reapply_in_scope(organizer: Organizer, erasure: Erasure) -> ErasureOutcome:
    try:
        customer = lock_customer(organizer, erasure.identifier)
    except CustomerNotFound:
        _add_erased_customer(organizer, erasure)
        return ErasureOutcome.ADDED
    events = events_of_organizer(organizer, customer=customer).filter(kind=EventKind.ERASED)
    if events.filter(time__gte=erasure.time).exists():
        return ErasureOutcome.UNCHANGED
    empty_customer(customer, actor=ACTOR)
    return ErasureOutcome.ERASED


def _add_erased_customer(organizer: Organizer, erasure: Erasure) -> None:
    """Add an erased customer, for an erasure of a customer that was created after the backup.

    Without the added row, the next import would create the customer with its personal data. The
    times of the added customer are the time of the erasure.
    """
    customer = Customer(organizer=organizer, identifier=erasure.identifier, **ERASED_VALUES)
    customer.date_joined = customer.last_modified = erasure.time
    customer.save()
    empty_customer(customer, actor=ACTOR)
