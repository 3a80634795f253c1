"""Deletes the values of events that are older than `history_days` of the organizer.

Actor, time and kind of the events remain.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils import timezone

from portal.history.models import Event, Kind
from portal.history.queries import events_of

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

BATCH_SIZE: Final = 1_000


def expire_values(
    organizer: Organizer, *, now: datetime | None = None, batch: int = BATCH_SIZE
) -> int:
    """Delete the values of expired events, each batch in a transaction. Returns their number."""
    until = end_of_expired(organizer, now=now)
    if until is None:
        return 0
    expired = events_of(organizer).filter(time__lt=until, changes__isnull=False)
    # Events of notes have no values.
    expired = expired.exclude(kind=Kind.NOTED).order_by("time", "pk")
    number, after = 0, Q()
    while rows := [*expired.filter(after).values_list("time", "pk")[:batch]]:
        number += Event.objects.filter(pk__in=[pk for _time, pk in rows]).update(changes=None)
        time, pk = rows[-1]
        after = Q(time__gte=time) & (Q(time__gt=time) | Q(pk__gt=pk))
    return number


def end_of_expired(organizer: Organizer, *, now: datetime | None = None) -> datetime | None:
    """The values of events before this time are expired; None where values never expire."""
    if organizer.history_days is None:
        return None
    return (now or timezone.now()) - timedelta(days=organizer.history_days)
