"""The model of requests with X-Idempotency-Key and their responses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager


class IdempotentRequest(models.Model):
    """A write with X-Idempotency-Key, and the response, which a repeated request gets, too.

    Erasing the customer empties `body_hash`, `response` and `etag`.
    """

    organizer = models.ForeignKey(
        "organizers.Organizer", models.CASCADE, related_name="+", db_index=False
    )
    # A hash of the caller, the method, the path and the key. The key itself may contain an email.
    fingerprint = models.CharField(max_length=64)
    # A hash of the body and of the caller's permissions.
    body_hash = models.CharField(max_length=64, blank=True)
    started = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)  # null while the write is in progress
    response = models.TextField(blank=True)  # JSON
    etag = models.CharField(max_length=40, blank=True)
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, null=True, related_name="+", db_index=False
    )

    objects: ClassVar[models.Manager[IdempotentRequest]] = ScopedManager(organizer="organizer")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organizer", "fingerprint"], name="request_fingerprint_in_organizer"
            )
        ]
        indexes = [
            models.Index("organizer", "customer", name="request_by_customer"),
            models.Index("organizer", "started", name="request_by_start"),
        ]
        verbose_name = _("request with an idempotency key")
        verbose_name_plural = _("requests with an idempotency key")

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d %H:%M} {self.status or 'in progress'}"
