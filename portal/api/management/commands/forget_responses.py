"""`manage.py forget_responses`: a daily job that deletes old responses of X-Idempotency-Key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.api.writing.idempotency import forget_responses


class Command(BaseCommand):
    """Deletes the stored responses that are older than a day."""

    help = "Delete responses to requests with X-Idempotency-Key that are older than a day."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"Deleted {forget_responses()} responses.")
