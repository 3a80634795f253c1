"""The model of events. Database triggers reject changes of events (SQL: migrations/0001)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.customers.models import Customer
from portal.history.actors import ActorKind
from portal.organizers.models import Organizer


class EventKind(models.TextChoices):
    """The kind of an event. Events of imports have no separate kinds: see ActorKind."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    ERASED = "erased", _("Erased")
    UNDONE = "undone", _("Undone")
    NOTED = "noted", _("Noted")


class Event(models.Model):
    """A change of a customer. An event is never deleted; only its `changes` can be deleted."""

    organizer = models.ForeignKey(Organizer, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    # The version of the customer after the change.
    version = models.BigIntegerField()
    time = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=EventKind)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    # No foreign key, because events remain when an account or a token is deleted.
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=254)
    request_id = models.CharField(max_length=200, blank=True)
    # The event that the present event undoes.
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    # {field: [old value, new value]}, with values as in the API; null after deletion of the values.
    changes = models.JSONField(null=True)

    objects: ClassVar[models.Manager[Event]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            # The indexes of events are scanned backwards, because the newest event comes first.
            models.Index("organizer", "customer", "time", "id", name="event_by_customer"),
            models.Index("organizer", "time", "id", name="event_by_time"),
            models.Index("organizer", "kind", "time", "id", name="event_by_kind"),
            models.Index("organizer", "actor_name", "time", "id", name="event_by_actor"),
            models.Index("organizer", "actor_kind", "time", "id", name="event_by_actor_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M} {self.kind}"

    @property
    def actor_label(self) -> str:
        """The name of the actor as pages show it, or the kind of an actor without a name."""
        if not self.actor_name:
            return str(ActorKind(self.actor_kind).label)
        is_import = self.actor_kind == ActorKind.IMPORT
        return gettext(self.actor_name) if is_import else self.actor_name

    def may_have_changed(self, fields: Iterable[str]) -> bool:
        """Whether the event changed one of `fields`. True if the event's values are deleted."""
        changed = None if self.kind == EventKind.ERASED else self.changes
        return changed is None or any(name in changed for name in fields)
