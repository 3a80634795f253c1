"""The HTML face: the list and the detail page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.customers import names, services
from portal.customers.listing import read_listing
from portal.http import PortalRequest, page_address, render_page, wants_fragment
from portal.organizers.pages import organizer_page
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from portal.organizers.models import Organizer

# Here the search box shows what was asked for already, or what was typed since.
SEARCH_SOURCES = frozenset({"input#search", "form#query"})


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def customer_list(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The customers that the address asks for."""
    if wants_fragment(request, "count"):
        return _exact_count(request, organizer)
    listing = read_listing(organizer, parameters=request.GET, path=request.path)
    response = render_page(
        request,
        "customers/list.html",
        {"listing": listing, "is_search_current": request.htmx.source in SEARCH_SOURCES},
        fragment="customers/_results.html",
        region="results",
        status=listing.status,
    )
    if request.htmx:
        response[_history_header(request, listing.links.here)] = listing.links.here
    return response


def _exact_count(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """Of a list that is there already, and said only how many there are at least."""
    listing = read_listing(
        organizer, parameters=request.GET, path=request.path, counts_exactly=True
    )
    return render_page(
        request,
        "customers/list.html",
        {"listing": listing},
        fragment="customers/_exact_count.html",
        region="count",
        status=listing.status,
    )


def _history_header(request: PortalRequest, here: str) -> str:
    """Each act that leads elsewhere becomes an entry of the history.

    Typing on only changes the one it began, of which the browser knows.
    """
    is_typing_on = "Portal-Typing-On" in request.headers
    return "HX-Replace-Url" if is_typing_on or page_address(request) == here else "HX-Push-Url"


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def customer_detail(request: PortalRequest, organizer: Organizer, identifier: str) -> HttpResponse:
    """Everything about one customer, and the way back to the list that led here."""
    try:
        customer = services.get_customer(organizer, identifier)
    except services.CustomerNotFound as error:
        raise Http404 from error
    back = QueryDict(request.GET.get("back", "")[:2000]).urlencode()
    list_path = reverse("customers:list", args=[organizer.slug])
    context = {
        "customer": customer,
        "parts": names.labelled(customer.name_parts),
        "back": f"{list_path}?{back}" if back else list_path,
        "is_narrowed": bool(back),
        "shows_notes": request.access.may(Permission.READ_NOTES),
        "json": reverse("api:customer_detail", args=[organizer.slug, identifier]),
    }
    return render_page(request, "customers/detail.html", context)
