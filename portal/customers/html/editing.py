"""The pages that create and change a customer: the whole form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.html.forms import LABELS, STATE_OF_NEW, CustomerForm
from portal.history.actors import Actor
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, render_page, wants_fragment

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

PREVIEW: Final = "name-preview"


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_create(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """A form for a new customer, who starts active and unverified."""
    form = CustomerForm(organizer, data=_sent(request))
    if wants_fragment(request, PREVIEW):
        return _preview(request, form)
    customer = form.save(
        lambda values: services.create_customer(
            organizer, {**values, **STATE_OF_NEW}, actor=member_of(request)
        )
    )
    if customer:
        return redirect(detail_url(request, organizer, customer.identifier))
    back = reverse("customers:list", args=[organizer.slug])
    return _form(request, form, {"back": back})


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def customer_edit(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """A form with all fields of a customer."""
    customer = find_customer(organizer, identifier)
    form = CustomerForm(organizer, customer, only=tuple(LABELS), data=_sent(request))
    if wants_fragment(request, PREVIEW):
        return _preview(request, form)
    back = detail_url(request, organizer, identifier)
    try:
        if save_changes(request, organizer, customer, form):
            return redirect(back)
    except services.EditConflict as error:
        form = form.with_conflict(error)
    return _form(request, form, {"customer": customer, "back": back})


def save_changes(
    request: PortalRequest, organizer: Organizer, customer: Customer, form: CustomerForm
) -> Customer | None:
    """The changed customer, or None where the form is empty or has errors. Raises EditConflict."""
    return form.save(
        lambda values: services.change_customer(
            organizer,
            customer.identifier,
            values,
            actor=member_of(request),
            since=form.cleaned_data["since"] or customer.version,
        )
    )


def find_customer(organizer: Organizer, identifier: str) -> Customer:
    """The customer with this identifier. Raises Http404."""
    try:
        return services.get_customer(organizer, identifier)
    except services.CustomerNotFound as error:
        raise Http404 from error


def member_of(request: PortalRequest) -> Actor:
    """The member as the history stores it."""
    return Actor.member(request.user, request_id=request.request_id)


def detail_url(request: PortalRequest, organizer: Organizer, identifier: str) -> str:
    """The page of a customer, with the position in the list that the URL of this page has."""
    path = reverse("customers:detail", args=[organizer.slug, identifier])
    return f"{path}?{request.GET.urlencode()}" if request.GET else path


def _sent(request: PortalRequest) -> dict[str, Any] | None:
    """The last value of each parameter of a form, or None in a GET."""
    return request.POST.dict() if request.method == "POST" else None


def _preview(request: PortalRequest, form: CustomerForm) -> HttpResponse:
    return render_page(request, "customers/edit/_preview.html", {"form": form})


def _form(request: PortalRequest, form: CustomerForm, context: dict[str, Any]) -> HttpResponse:
    focus_first_error(form)
    status = 409 if form.conflicts else 422 if form.errors else 200
    return render_page(
        request, "customers/edit/form.html", {"form": form, **context}, status=status
    )
