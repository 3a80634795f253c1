"""The page of one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.customers import names, services
from portal.customers.html.position import find_position
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, render_page

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def customer_detail(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """Everything about one customer, and the links to its neighbours and back to the list."""
    try:
        customer = services.get_customer(organizer, identifier)
    except services.CustomerNotFound as error:
        raise Http404 from error
    list_path = reverse("customers:list", args=[organizer.slug])
    context = {
        "customer": customer,
        "parts": names.label_parts(customer.name_parts),
        "position": find_position(
            organizer,
            customer,
            parameters=request.GET,
            list_path=list_path,
            member=request.user,
        ),
        "shows_notes": request.access.may(Permission.READ_NOTES),
        "json": reverse("api:customer_detail", args=[organizer.slug, identifier]),
    }
    return render_page(request, "customers/detail.html", context)
