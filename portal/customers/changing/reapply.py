"""Erases again what a restored backup brought back."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import transaction
from django_scopes import scope

from portal.customers.changing.erase import ERASED, empty
from portal.customers.changing.journal import Erasure
from portal.customers.changing.write import lock
from portal.customers.models import Customer, CustomerNotFound
from portal.history.actors import Actor
from portal.history.models import Kind
from portal.history.queries import events_of
from portal.organizers import services as organizers
from portal.organizers.models import Organizer

ACTOR: Final = Actor.command("reapply_erasures")


class Outcome(StrEnum):
    """What an erasure of the journal did."""

    ERASED = "erased again"
    UNCHANGED = "erased already"
    ADDED = "not in this database: added without a person, so that no import adds the person"
    UNKNOWN = "of organizers that are not in this database"


def reapply(erasure: Erasure) -> Outcome:
    """Erase the customer unless the database knows of this erasure or of a later one.

    It knows of this erasure, too, if the account was given a person afterwards.
    """
    try:
        organizer = organizers.get_organizer(erasure.organizer)
    except organizers.UnknownOrganizer:
        return Outcome.UNKNOWN
    with scope(organizer=organizer), transaction.atomic():
        return _reapply(organizer, erasure)


def _reapply(organizer: Organizer, erasure: Erasure) -> Outcome:
    try:
        customer = lock(organizer, erasure.identifier)
    except CustomerNotFound:
        _add(organizer, erasure)
        return Outcome.ADDED
    events = events_of(organizer, customer=customer).filter(kind=Kind.ERASED)
    if events.filter(time__gte=erasure.time).exists():
        return Outcome.UNCHANGED
    empty(customer, actor=ACTOR)
    return Outcome.ERASED


def _add(organizer: Organizer, erasure: Erasure) -> None:
    """Customers who were created after the backup. Their other dates are lost with it."""
    customer = Customer(organizer=organizer, identifier=erasure.identifier, **ERASED)
    customer.date_joined = customer.last_modified = erasure.time
    customer.save()
    empty(customer, actor=ACTOR)
