"""Adds and reads notes on a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.customers.changing.fields import InvalidValues
from portal.customers.changing.write import lock_customer
from portal.customers.models import Customer, Note, customers_of_organizer
from portal.customers.normalization import searched_text_of_note
from portal.databases.deadlocks import retry_deadlocks
from portal.history.models import EventKind
from portal.history.record import record_event
from portal.organizers.scopes import require_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.history.actors import Actor
    from portal.organizers.models import Organizer

MAX_LENGTH: Final = 10_000
PAGE_SIZE: Final = 20


class UnknownNote(Exception):
    """The customer has no note with this id."""


@dataclass(frozen=True)
class NotePage:
    """A page of notes, newest first.

    `next_before` is the `before` of read_notes() for the next page, or None on the last page.
    """

    notes: Sequence[Note]
    next_before: int | None


@retry_deadlocks
@transaction.atomic
def add_note(organizer: Organizer, identifier: str, text: str, *, actor: Actor) -> Note:
    """Add a note by the actor, and record an event.

    The event has no text, because events outlive notes. Raises CustomerNotFound and InvalidValues.
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
    _add_to_searched_text(customer, note)
    record_event(customer, EventKind.NOTED, {}, actor=actor, time=note.created)
    return note


def _add_to_searched_text(customer: Customer, note: Note) -> None:
    """Add the note to the searched text of the customer, which this transaction has locked."""
    text = f"{customer.team_notes_text or ''}{searched_text_of_note(note.text) or ''}"
    customers_of_organizer(customer.organizer).filter(pk=customer.pk).update(
        team_notes_text=text or None
    )


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


def read_notes(
    organizer: Organizer, customer: Customer, *, before: int | None = None, size: int = PAGE_SIZE
) -> NotePage:
    """A page of notes, newest first, from the one after the note with the id `before`.

    Raises UnknownNote.
    """
    notes = notes_of_customer(organizer, customer)
    if before is not None:
        notes = notes.filter(_notes_older_than(notes, before))
    rows = [*notes.order_by("-created", "-pk")[: size + 1]]
    return NotePage(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def _notes_older_than(notes: QuerySet[Note], before: int) -> Q:
    created = notes.filter(pk=before).values_list("created", flat=True).first()
    if created is None:
        raise UnknownNote(before)
    # The first condition restricts the index scan to a range.
    return Q(created__lte=created) & (Q(created__lt=created) | Q(pk__lt=before))


def notes_of_customer(organizer: Organizer, customer: Customer) -> QuerySet[Note]:
    """All notes on the customer. Raises ScopeError outside of the organizer's scope."""
    require_scope(organizer)
    return Note.objects.filter(organizer=organizer, customer=customer)
