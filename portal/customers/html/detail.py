"""The page of one customer."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.customers import names, services
from portal.customers.html.changing.notes import read_notes_context
from portal.customers.html.changing.notice import find_notice
from portal.customers.html.changing.source import find_source_conflicts
from portal.customers.html.paging import BACK_PARAMETER, POSITION_PARAMETER
from portal.customers.html.position import CustomerPosition, find_position
from portal.customers.models import State
from portal.history.html.timeline import REGION, read_timeline
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, absolute_url, render_page, wants_fragment

if TYPE_CHECKING:
    from portal.customers.models import Customer
    from portal.organizers.models import Organizer

# The shell variable PORTAL_TOKEN has the token, as in the API reference.
CURL: Final = 'curl -H "Authorization: Token $PORTAL_TOKEN" {}'


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def customer_detail(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """The page of a customer: its fields, its history, and links to the list and to neighbours."""
    try:
        customer = services.get_customer(organizer, identifier)
    except services.CustomerNotFound as error:
        raise Http404 from error
    timeline = read_timeline(request.access, customer, request.GET)
    context: dict[str, Any] = {"customer": customer, "timeline": timeline}
    if not wants_fragment(request, REGION):
        context |= _detail_context(request, organizer, customer)
    status = 422 if timeline.error else 200
    fragment = "history/_timeline.html"
    return render_page(
        request,
        "customers/detail.html",
        context,
        fragment=fragment,
        region=REGION,
        status=status,
    )


def _detail_context(
    request: PortalRequest, organizer: Organizer, customer: Customer
) -> dict[str, Any]:
    list_path = reverse("customers:list", args=[organizer.slug])
    path = reverse("api:customer_detail", args=[organizer.slug, customer.identifier])
    parts = names.label_name_parts(customer.name_parts)
    position = find_position(
        request.access, customer, parameters=request.GET, list_path=list_path, member=request.user
    )
    return {
        "is_anonymised": customer.state == State.ANONYMISED,
        # Imports skip customers that were erased in Portal. So a customer that only the source has
        # anonymised can still be erased.
        "is_erased": customer.state == State.ANONYMISED and customer.erased is not None,
        "source_conflicts": find_source_conflicts(request.access, customer),
        # A name with only one part is not repeated, because the heading shows it.
        "parts": [] if [value for _label, value in parts] == [customer.name] else parts,
        "email_target": quote(customer.email or "", safe="@"),
        "phone_target": _dialled_number(customer.phone or ""),
        "position": position,
        "saved": find_notice(request, organizer, customer),
        "position_query": _position_query(position, request.GET.get(POSITION_PARAMETER, "")),
        **read_notes_context(request.access, customer, request.GET),
        "api_url": path,
        "curl": CURL.format(shlex.quote(absolute_url(request, path))),
        "pretix_url": organizer.pretix_customer_url(customer.identifier),
    }


def _position_query(position: CustomerPosition, sealed: str) -> str:
    """The query string by which pages about the customer link back to its position in the list."""
    values = {
        BACK_PARAMETER: urlsplit(position.back).query,
        POSITION_PARAMETER: sealed if position.is_known else "",
    }
    query = urlencode({name: value for name, value in values.items() if value})
    return f"?{query}" if query else ""


def _dialled_number(phone: str) -> str:
    """The phone number to dial: its digits, without an extension."""
    number = re.match(r"[-+0-9\s()./]*", phone)
    return re.sub(r"[^+0-9]", "", number[0]) if number else ""
