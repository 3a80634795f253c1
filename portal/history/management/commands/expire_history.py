"""manage.py expire_history: a daily job."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django_scopes import scope

from portal.history.expiry import expire_values
from portal.organizers.models import Organizer


class Command(BaseCommand):
    """Empties the values of old events of all organizers."""

    help = "Empty values in the history that are older than their organizer keeps them."

    def handle(self, **_: Any) -> None:
        for organizer in Organizer.objects.order_by("pk"):
            with scope(organizer=organizer):
                number = expire_values(organizer)
            self.stdout.write(f"{organizer.slug}: emptied the values of {number} events.")
