"""The page that undoes a change. The history and the message after a change link to this page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.html.changing.edit import actor_of_request, get_customer_or_404
from portal.customers.html.changing.forms import LABELS
from portal.customers.html.changing.notice import detail_url
from portal.history.html.entries import ValueDifference, describe_difference, describe_event
from portal.history.html.timeline import has_permission_to_undo
from portal.history.models import Event
from portal.history.queries import readable_values
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


UNDO_ERRORS: Final = (
    services.UndoConflict,
    services.CannotUndo,
    services.InvalidValues,
    services.JournalUnavailable,
)


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_undo(
    request: PortalRequest, organizer: Organizer, identifier: str, event: int
) -> HttpResponse:
    """A page to confirm an undo.

    A POST undoes the change, or shows why it cannot be undone.
    """
    customer = get_customer_or_404(organizer, identifier)
    undone = services.find_event(organizer, customer, pk=event)
    if undone is None:
        raise Http404
    if not has_permission_to_undo(request.access, undone):
        raise PermissionDenied
    entry = describe_event(undone, reads_notes=request.access.reads_notes)
    context: dict[str, Any] = {"customer": customer, "entry": entry}
    context["back"] = detail_url(request, identifier)
    if request.method != "POST":
        return render_page(request, "customers/edit/undo.html", context)
    try:
        changed = services.undo_event(organizer, identifier, event, actor=actor_of_request(request))
    except UNDO_ERRORS as error:
        context |= {"problem": _error_message(error), "taken_by": getattr(error, "taken_by", None)}
        if isinstance(error, services.UndoConflict):
            context["conflicts"] = _fields_changed_since(request, undone, error)
        status = 503 if isinstance(error, services.JournalUnavailable) else 409
        return render_page(request, "customers/edit/undo.html", context, status=status)
    return redirect(detail_url(request, identifier, saved=changed.version))


def _fields_changed_since(
    request: PortalRequest, undone: Event, error: services.UndoConflict
) -> Iterator[ValueDifference]:
    """The fields that were changed after the event, with their value then and now."""
    recorded = undone.changes or {}
    # The creation of a customer also conflicts in fields that were empty at the creation.
    values = {
        name: (recorded.get(name, (None, None))[1], getattr(error.customer, name))
        for name in error.fields
    }
    readable = readable_values(values, reads_notes=request.access.reads_notes)
    return (describe_difference(name, pair) for name, pair in readable.items())


def _error_message(error: Exception) -> str:
    if isinstance(error, services.UndoConflict):
        fields = ", ".join(str(LABELS.get(name, name)).lower() for name in error.fields)
        return _("Changed again since: %(fields)s.") % {"fields": fields}
    if isinstance(error, services.InvalidValues):
        return " ".join(text for texts in error.errors.values() for text in texts)
    if isinstance(error, services.JournalUnavailable):
        return _("The erasure cannot be recorded now. Try again later.")
    return str(error)
