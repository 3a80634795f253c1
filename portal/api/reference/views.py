"""The API reference as an HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal import __version__
from portal.api.reference import contents, examples
from portal.api.reference.deviations import DEVIATIONS
from portal.customers import services
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, absolute_url, render_page

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def api_reference(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The API reference, with the organizer in its URLs and examples."""
    customers_path = reverse("api:customer_list", args=[organizer.slug])
    endpoints = contents.read_endpoints(organizer.slug)
    context = {
        "endpoints": endpoints,
        "errors": contents.read_errors(),
        "fields": contents.read_fields(),
        "examples": examples.render_examples(absolute_url(request, customers_path)),
        "deviations": DEVIATIONS,
        "try_endpoint": next(each for each in endpoints if each.name == contents.LIST_OPERATION),
        "locales": services.count_all_customers(organizer).by_facet("locale", {}),
        "version": __version__,
    }
    return render_page(request, "api/reference.html", context)
