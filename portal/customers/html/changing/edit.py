"""The pages that create and change a customer, with a form for all fields or for one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.html.changing.form_keys import submit_form_once
from portal.customers.html.changing.forms import (
    ALL_BUT_NOTES,
    LABELS,
    NOTES,
    STATE_OF_NEW,
    CustomerForm,
)
from portal.customers.html.changing.notice import detail_url
from portal.history.actors import Actor
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, render_page, wants_fragment

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

# The id of the fragment that previews the composed name.
PREVIEW_ID: Final = "name-preview"


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_create(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """A form for a new customer. The new customer is active and unverified."""
    form = CustomerForm(organizer, data=_posted_values(request))
    if wants_fragment(request, PREVIEW_ID):
        return _render_preview(request, form)
    customer = form.save(lambda values: _create_customer_once(request, organizer, values))
    if customer:
        return redirect(detail_url(request, customer.identifier, saved=customer.version))
    back = reverse("customers:list", args=[organizer.slug])
    return _render_edit_form(request, form, {"back": back})


def _create_customer_once(
    request: PortalRequest, organizer: Organizer, values: dict[str, object]
) -> Customer:
    """Create the customer, or return the customer that this form created before."""

    def create() -> str:
        given = {**values, **STATE_OF_NEW}
        customer = services.create_customer(organizer, given, actor=actor_of_request(request))
        return str(customer.identifier)

    return services.get_customer(organizer, submit_form_once(request, organizer, create))


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_edit(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """A form with all fields of a customer except its notes."""
    return _respond_to_edit_form(request, organizer, identifier, only=ALL_BUT_NOTES)


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_edit_field(
    request: PortalRequest, organizer: Organizer, identifier: str, field: str
) -> HttpResponse:
    """A form with one field: a page, or a fragment in place of the field on the detail page."""
    if field not in LABELS:
        raise Http404
    if field == NOTES and not request.access.reads_notes:
        raise PermissionDenied
    return _respond_to_edit_form(request, organizer, identifier, only=(field,))


def _respond_to_edit_form(
    request: PortalRequest, organizer: Organizer, identifier: str, *, only: tuple[str, ...]
) -> HttpResponse:
    customer = get_customer_or_404(organizer, identifier)
    form = CustomerForm(organizer, customer, only=only, data=_posted_values(request))
    if wants_fragment(request, PREVIEW_ID):
        return _render_preview(request, form)
    try:
        changed = form.save(lambda values: _save_change(request, organizer, customer, form, values))
    except services.EditConflict as error:
        form, changed = form.with_conflict(error), None
    if changed:
        is_new = changed.version != form.cleaned_data["since"]
        saved = changed.version if is_new else None
        return redirect(detail_url(request, identifier, saved=saved))
    context = {"customer": customer, "back": detail_url(request, identifier)}
    return _render_edit_form(request, form, context)


def _save_change(
    request: PortalRequest,
    organizer: Organizer,
    customer: Customer,
    form: CustomerForm,
    values: dict[str, object],
) -> Customer:
    since = form.cleaned_data["since"] or customer.version
    actor = actor_of_request(request)
    return services.change_customer(
        organizer, customer.identifier, values, actor=actor, since=since
    )


def get_customer_or_404(organizer: Organizer, identifier: str) -> Customer:
    """Read the customer with this identifier. Raises Http404."""
    try:
        return services.get_customer(organizer, identifier)
    except services.CustomerNotFound as error:
        raise Http404 from error


def actor_of_request(request: PortalRequest) -> Actor:
    """The signed-in member, as the actor of a change."""
    return Actor.from_member(request.user, request_id=request.request_id)


def _posted_values(request: PortalRequest) -> dict[str, Any] | None:
    """The values of the submitted form, or None for a GET request."""
    return request.POST.dict() if request.method == "POST" else None


def _render_preview(request: PortalRequest, form: CustomerForm) -> HttpResponse:
    return render_page(request, "customers/edit/_preview.html", {"form": form})


def _render_edit_form(
    request: PortalRequest, form: CustomerForm, context: dict[str, Any]
) -> HttpResponse:
    """Render the page with the form.

    A form with one field may be a fragment, and gets the focus.
    """
    focus_first_error(form)
    status = 409 if form.conflicts else 422 if form.errors else 200
    context |= {"form": form}
    if len(form.only) > 1:
        return render_page(request, "customers/edit/form.html", context, status=status)
    [group] = form.groups
    if not form.errors:
        form.fields[group.inputs[0].name].widget.attrs["autofocus"] = True
    return render_page(
        request,
        "customers/edit/field.html",
        {**context, "group": group},
        fragment="customers/edit/_field_form.html",
        region=f"field-{group.name}",
        status=status,
    )
