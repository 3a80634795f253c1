"""manage.py expire_history: a daily job that deletes old values of the history."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django_scopes import scope

from portal.history.expiry import delete_expired_values
from portal.organizers.models import Organizer


class Command(BaseCommand):
    """Deletes the values of old events of all organizers."""

    help = "Delete the values of events that are older than the history_days of their organizer."

    def handle(self, **_: Any) -> None:
        for organizer in Organizer.objects.order_by("pk"):
            with scope(organizer=organizer):
                number = delete_expired_values(organizer)
            self.stdout.write(f"{organizer.slug}: emptied the values of {number} events.")
