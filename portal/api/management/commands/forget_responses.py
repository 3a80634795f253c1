"""`manage.py forget_responses`: deletes the stored responses of X-Idempotency-Key after a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.api.writing.idempotency import forget_responses


class Command(BaseCommand):
    """Run it each night, with clearsessions."""

    help = "Delete responses to requests with X-Idempotency-Key that are older than a day."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"Deleted {forget_responses()} responses.")
