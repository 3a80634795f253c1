"""Carries out a form once, even if a double click submits it twice."""

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

STORED_FOR: Final = timedelta(days=1)


def submit_form_once(organizer: Organizer, fingerprint: str, write: Callable[[], str]) -> str:
    """Call `write` unless a form with this fingerprint was carried out already.

    Returns the identifier from `write`, or the stored identifier of the earlier submission.

    The fingerprint and the identifier are stored in the transaction of the change. Raises the
    exceptions of `write`.
    """
    require_scope(organizer)
    if earlier := _find_identifier(organizer, fingerprint):
        return earlier
    try:
        return _write_and_store(organizer, fingerprint, write)
    except (IntegrityError, InvalidValues):
        # Another transaction may have carried out the same form meanwhile. Then the fingerprint
        # exists, or the customer of that transaction has the email.
        if earlier := _find_identifier(organizer, fingerprint):
            return earlier
        raise


def _find_identifier(organizer: Organizer, fingerprint: str) -> str | None:
    forms = SubmittedForm.objects.filter(organizer=organizer, fingerprint=fingerprint)
    return forms.values_list("identifier", flat=True).first()


@retry_deadlocks
@transaction.atomic
def _write_and_store(organizer: Organizer, fingerprint: str, write: Callable[[], str]) -> str:
    identifier = write()
    now = timezone.now()
    SubmittedForm.objects.filter(organizer=organizer, submitted__lt=now - STORED_FOR).delete()
    # If another transaction has inserted the same fingerprint, this INSERT waits for its end, and
    # fails after its commit.
    SubmittedForm.objects.create(
        organizer=organizer, fingerprint=fingerprint, identifier=identifier, submitted=now
    )
    return identifier
