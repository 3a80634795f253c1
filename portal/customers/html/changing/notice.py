"""The message on the page of a customer after a change, with a button that undoes the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.customers import services
from portal.customers.html.changing.forms import LABELS
from portal.history.actors import ActorKind
from portal.history.html.timeline import has_permission_to_undo
from portal.history.models import EventKind

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.history.models import Event
    from portal.organizers.models import Organizer
    from portal.web.http import PortalRequest

# The URL parameter with the version of the customer that was saved.
SAVED_PARAMETER: Final = "saved"


@dataclass(frozen=True)
class Notice:
    """The message after a change. `event` is the id of the event that can be undone, or None."""

    text: str
    event: int | None = None
    is_creation: bool = False  # if so, another page confirms the undo


def detail_url(request: PortalRequest, identifier: str, *, saved: int | None = None) -> str:
    """The URL of the page of a customer, with the position in the list from the current URL."""
    path = reverse("customers:detail", args=[request.organizer.slug, identifier])
    parameters = request.GET.copy()
    parameters.pop(SAVED_PARAMETER, None)
    if saved is not None:
        parameters[SAVED_PARAMETER] = str(saved)
    return f"{path}?{parameters.urlencode()}" if parameters else path


def find_notice(request: PortalRequest, organizer: Organizer, customer: Customer) -> Notice | None:
    """The message about the change in the URL.

    None if the change is not the last one of the customer, or was not made by this member.
    """
    if request.GET.get(SAVED_PARAMETER) != str(customer.version):
        return None
    event = services.find_event(organizer, customer, version=customer.version)
    if event is None or (event.actor_kind, event.actor_id) != (ActorKind.MEMBER, request.user.pk):
        return None
    if event.kind == EventKind.NOTED:
        # A new note has no message, because the list of notes shows the note already.
        return None
    return Notice(
        describe_change_in_notice(event),
        event.pk if _is_undoable(event) and has_permission_to_undo(request.access, event) else None,
        is_creation=event.kind == EventKind.CREATED,
    )


def _is_undoable(event: Event) -> bool:
    return event.kind == EventKind.CREATED or (
        event.kind == EventKind.CHANGED and bool(event.changes)
    )


def describe_change_in_notice(event: Event) -> str:
    """A sentence that describes an event."""
    fields = ", ".join(str(LABELS.get(name, name)).lower() for name in event.changes or {})
    sentences = {
        EventKind.CREATED: _("The customer was created."),
        EventKind.CHANGED: _("Saved: %(fields)s changed."),
        EventKind.UNDONE: _("Undone: %(fields)s as before."),
        EventKind.ERASED: _("The personal data was erased."),
    }
    return sentences.get(EventKind(event.kind), "") % {"fields": fields}
