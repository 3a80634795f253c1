"""Deletes the values of events that are older than the `history_days` of the organizer.

The actor, time and kind of an event are not deleted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils import timezone

from portal.history.models import Event, EventKind
from portal.history.queries import events_of_organizer

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

BATCH_SIZE: Final = 1_000


def delete_expired_values(
    organizer: Organizer, *, now: datetime | None = None, batch: int = BATCH_SIZE
) -> int:
    """Deletes the values of expired events in batches. Each batch is one transaction.

    Returns the number of events whose values are deleted.
    """
    until = get_expiry_cutoff(organizer, now=now)
    if until is None:
        return 0
    expired = events_of_organizer(organizer).filter(time__lt=until, changes__isnull=False)
    # Events of notes have no values.
    expired = expired.exclude(kind=EventKind.NOTED).order_by("time", "pk")
    number, after = 0, Q()
    while rows := [*expired.filter(after).values_list("time", "pk")[:batch]]:
        number += Event.objects.filter(pk__in=[pk for _time, pk in rows]).update(changes=None)
        time, pk = rows[-1]
        after = Q(time__gte=time) & (Q(time__gt=time) | Q(pk__gt=pk))
    return number


def get_expiry_cutoff(organizer: Organizer, *, now: datetime | None = None) -> datetime | None:
    """The time before which the values of events are expired; None if values never expire."""
    if organizer.history_days is None:
        return None
    return (now or timezone.now()) - timedelta(days=organizer.history_days)
