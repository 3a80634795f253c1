"""Shows the fields of a customer that were changed both in Portal and at the source.

A button replaces the value in Portal by the value of the source. The replacement is recorded like
any edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.customers import services
from portal.customers.changing.fields import WRITABLE
from portal.customers.html.changing.edit import actor_of_request, get_customer_or_404
from portal.customers.html.changing.notice import detail_url
from portal.customers.source_values import read_source_values
from portal.history.html.entries import describe_difference
from portal.history.queries import NOTES
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from portal.customers.models import Customer
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer


@dataclass(frozen=True)
class SourceConflict:
    """A field that was edited in Portal and changed at the source afterwards."""

    field: str
    label: StrOrPromise
    value: str  # the value at the source; "" if it is missing
    changed: datetime
    is_writable: bool  # whether members can edit the field


def find_source_conflicts(access: Access, customer: Customer) -> Sequence[SourceConflict]:
    """The conflicts of the customer.

    A conflict in the notes is left out if the member may not read notes.
    """
    return [
        SourceConflict(
            name,
            (found := describe_difference(name, (getattr(customer, name), source.value))).label,
            found.after,
            datetime.fromisoformat(source.changed),
            name in WRITABLE,
        )
        for name, source in read_source_values(customer.source_values).items()
        if source.changed and (name != NOTES or access.may(Permission.READ_NOTES))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
def source_value_take(
    request: PortalRequest, organizer: Organizer, identifier: str, field: str
) -> HttpResponse:
    """Replace a value by that of the source, unless the customer has changed meanwhile.

    A GET request, for example after signing in again, redirects to the page of the customer.
    """
    if field == NOTES and not request.access.may(Permission.READ_NOTES):
        raise PermissionDenied
    customer = get_customer_or_404(organizer, identifier)
    back = detail_url(request, identifier)
    if request.method != "POST":
        return redirect(back)
    context: dict[str, Any] = {"customer": customer, "back": back}
    try:
        changed = _take_source_value(request, customer, field)
    except services.VersionMismatch:
        context["problem"] = _("The customer has changed since you opened the page.")
    except services.InvalidValues as error:
        context["problem"] = " ".join(text for texts in error.errors.values() for text in texts)
        context["taken_by"] = error.taken_by
    else:
        return redirect(detail_url(request, identifier, saved=changed.version))
    return render_page(request, "customers/edit/not_taken.html", context, status=409)


def _take_source_value(request: PortalRequest, customer: Customer, field: str) -> Customer:
    source = read_source_values(customer.source_values).get(field)
    if source is None or request.POST.get("version") != str(customer.version):
        raise services.VersionMismatch(customer.version)
    return services.change_customer(
        request.organizer,
        customer.identifier,
        {field: source.value},
        actor=actor_of_request(request),
        version=customer.version,
    )
