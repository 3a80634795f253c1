"""What the page of a customer says after a change: what was saved, and how to undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.customers import services
from portal.customers.html.changing.forms import LABELS
from portal.history.actors import ActorKind
from portal.history.models import Kind

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.history.models import Event
    from portal.organizers.models import Organizer
    from portal.web.http import PortalRequest

# The parameter of the page of a customer: the version that was saved.
SAVED: Final = "saved"


@dataclass(frozen=True)
class Saved:
    """The message after a change, and the event to undo, if that is possible."""

    text: str
    event: int | None = None


def detail_url(request: PortalRequest, identifier: str, *, saved: int | None = None) -> str:
    """The page of a customer, at the position in the list that the URL of this page has."""
    path = reverse("customers:detail", args=[request.organizer.slug, identifier])
    parameters = request.GET.copy()
    parameters.pop(SAVED, None)
    if saved is not None:
        parameters[SAVED] = str(saved)
    return f"{path}?{parameters.urlencode()}" if parameters else path


def find_saved(request: PortalRequest, organizer: Organizer, customer: Customer) -> Saved | None:
    """The message about the change that the URL names, while it is the last one and one's own."""
    if request.GET.get(SAVED) != str(customer.version):
        return None
    event = services.find_event(organizer, customer, version=customer.version)
    if event is None or (event.actor_kind, event.actor_id) != (ActorKind.MEMBER, request.user.pk):
        return None
    may_undo = request.access.changes_customers and event.changes and event.kind == Kind.CHANGED
    return Saved(describe(event), event.pk if may_undo else None)


def describe(event: Event) -> str:
    """What the event did, in words."""
    fields = ", ".join(str(LABELS.get(name, name)).lower() for name in event.changes or {})
    sentences = {
        Kind.CREATED: _("The customer was created."),
        Kind.CHANGED: _("Saved: %(fields)s changed."),
        Kind.UNDONE: _("Undone: %(fields)s as before."),
        Kind.ERASED: _("The personal data was erased."),
    }
    return sentences.get(Kind(event.kind), "") % {"fields": fields}
