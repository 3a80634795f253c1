"""The notes on the page of a customer, and the form that adds a note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.html.changing.form_keys import submit_form_once
from portal.history.actors import Actor
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.customers.models import Customer
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer

# The URL parameter with the id of a note. The page of a customer lists the notes after this note.
BEFORE_PARAMETER: Final = "notes_before"
# An id has at most 18 digits, because databases store ids in 64 bits.
NOTE_ID: Final = re.compile("[0-9]{1,18}")
PERMISSIONS_TO_ADD: Final = (
    Permission.READ_CUSTOMERS,
    Permission.READ_NOTES,
    Permission.WRITE_CUSTOMERS,
)


class NoteForm(forms.Form):
    """The text of a note, which the service validates."""

    text = forms.CharField(
        required=False,
        strip=False,
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def read_notes_context(access: Access, customer: Customer, parameters: QueryDict) -> dict[str, Any]:
    """The template context with the notes on a customer, if the member may read notes.

    Raises Http404 if the note of the parameter `notes_before` does not exist.
    """
    if not access.may(Permission.READ_NOTES):
        return {"shows_notes": False}
    before = parameters.get(BEFORE_PARAMETER, "")
    try:
        page = services.list_notes(
            access.organizer, customer, before=_parse_note_id(before) if before else None
        )
    except services.UnknownNote as error:
        raise Http404 from error
    return {
        "shows_notes": True,
        "notes": page.notes,
        "older_notes": page.next_before and _notes_url(parameters, page.next_before),
        "newest_notes": before and _notes_url(parameters, None),
        "adds_notes": not customer.erased and all(map(access.may, PERMISSIONS_TO_ADD)),
        "note_form": NoteForm(),
    }


def _parse_note_id(text: str) -> int:
    """Parse the id of a note. Raises UnknownNote for an invalid id."""
    if not NOTE_ID.fullmatch(text):
        raise services.UnknownNote(text)
    return int(text)


def _notes_url(parameters: QueryDict, before: int | None) -> str:
    """The URL of a page of notes. The other parameters of the current URL remain."""
    query = parameters.copy()
    query.pop(BEFORE_PARAMETER, None)
    if before:
        query[BEFORE_PARAMETER] = str(before)
    return f"?{query.urlencode()}#notes"


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(*PERMISSIONS_TO_ADD)
def note_add(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """A form for a note. A POST saves the note and redirects to the page of the customer."""
    form = NoteForm(request.POST if request.method == "POST" else None)
    try:
        customer = services.get_customer(organizer, identifier)
        if form.is_valid():
            actor = Actor.from_member(request.user, request_id=request.request_id)
            text = form.cleaned_data["text"]

            def add() -> str:
                services.add_note(organizer, identifier, text, actor=actor)
                return identifier

            submit_form_once(request, organizer, add)
            return redirect(f"{_customer_url(request, organizer, identifier)}#notes")
    except services.CustomerNotFound as error:
        raise Http404 from error
    except services.InvalidValues as invalid:
        form.add_error("text", invalid.errors["text"])
    focus_first_error(form)
    context = {
        "customer": customer,
        "note_form": form,
        "back": _customer_url(request, organizer, identifier),
    }
    status = 422 if form.errors else 200
    return render_page(request, "customers/note.html", context, status=status)


def _customer_url(request: PortalRequest, organizer: Organizer, identifier: str) -> str:
    """The URL of the page of the customer, with the customer's position in the list."""
    path = reverse("customers:detail", args=[organizer.slug, identifier])
    parameters = request.GET.copy()
    parameters.pop(BEFORE_PARAMETER, None)
    return f"{path}?{parameters.urlencode()}" if parameters else path
