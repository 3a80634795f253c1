"""Carries out a form once, however often it is submitted, such as by a double click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.customers.changing.fields import InvalidValues
from portal.customers.models import SubmittedForm
from portal.databases.deadlocks import retry_deadlocks
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

KEPT: Final = timedelta(days=1)


def submit_once(organizer: Organizer, fingerprint: str, write: Callable[[], str]) -> str:
    """What `write` returns, an identifier, or what it returned for the first such form.

    The form is stored in the transaction of the change. Raises what `write` raises.
    """
    require_scope(organizer)
    if earlier := _find(organizer, fingerprint):
        return earlier
    try:
        return _write_and_store(organizer, fingerprint, write)
    except (IntegrityError, InvalidValues):
        # The same form may have been carried out meanwhile, and have taken the email.
        if earlier := _find(organizer, fingerprint):
            return earlier
        raise


def _find(organizer: Organizer, fingerprint: str) -> str | None:
    forms = SubmittedForm.objects.filter(organizer=organizer, fingerprint=fingerprint)
    return forms.values_list("identifier", flat=True).first()


@retry_deadlocks
@transaction.atomic
def _write_and_store(organizer: Organizer, fingerprint: str, write: Callable[[], str]) -> str:
    identifier = write()
    now = timezone.now()
    SubmittedForm.objects.filter(organizer=organizer, submitted__lt=now - KEPT).delete()
    # Waits for a transaction with the same form, and then fails.
    SubmittedForm.objects.create(
        organizer=organizer, fingerprint=fingerprint, identifier=identifier, submitted=now
    )
    return identifier
