"""Adds and reads notes on a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from portal.customers.changing.fields import InvalidValues
from portal.customers.changing.write import lock_customer
from portal.customers.models import Customer, Note, customers_of
from portal.customers.normalization import note_text
from portal.databases.deadlocks import retry_deadlocks
from portal.history.models import Kind
from portal.history.record import record_event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

MAX_LENGTH: Final = 10_000
MOST_NOTES: Final = 100


@retry_deadlocks
@transaction.atomic
def add_note(organizer: Organizer, identifier: str, text: str, *, actor: Actor) -> Note:
    """Add a note by the actor, and an event without its text, because events outlive notes.

    Raises CustomerNotFound and InvalidValues.
    """
    customer = lock_customer(organizer, identifier)
    note = Note(
        organizer=organizer,
        customer=customer,
        author_id=actor.id,
        author_name=actor.name,
        text=_clean_text(customer, text),
    )
    note.save()
    _add_to_search(customer, note)
    record_event(customer, Kind.NOTED, {}, actor=actor, time=note.created)
    return note


def _add_to_search(customer: Customer, note: Note) -> None:
    """Let a search find the customer by the note. No other transaction changes the customer."""
    text = f"{customer.team_notes_text or ''}{note_text(note.text) or ''}"
    customers_of(customer.organizer).filter(pk=customer.pk).update(team_notes_text=text or None)


def _clean_text(customer: Customer, text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    error = ""
    if customer.erased:
        error = _("This customer was erased. Notes cannot be added.")
    elif not text:
        error = _("Enter a note.")
    elif len(text) > MAX_LENGTH:
        error = _("Ensure this field has no more than %(length)s characters.") % {
            "length": MAX_LENGTH
        }
    elif "\x00" in text:
        error = _("Null characters are not allowed.")
    if error:
        raise InvalidValues({"text": [error]})
    return text


def newest_notes(organizer: Organizer, customer: Customer) -> Sequence[Note]:
    """The newest MOST_NOTES notes, newest first."""
    return [*notes_of(organizer, customer).order_by("-created", "-pk")[:MOST_NOTES]]


def notes_of(organizer: Organizer, customer: Customer) -> QuerySet[Note]:
    """All notes on the customer. Raises ScopeError outside of the organizer's scope."""
    require_scope(organizer)
    return Note.objects.filter(organizer=organizer, customer=customer)
