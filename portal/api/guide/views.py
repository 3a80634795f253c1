"""The API as a page: what there is, how to ask, and a place to try it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal.api.guide import chapters, examples
from portal.api.guide.deviations import DEVIATIONS
from portal.customers import services
from portal.organizers.pages import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, absolute_url, render_page

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


@require_safe
@gzip_page
@organizer_page(Permission.READ_CUSTOMERS)
def api_guide(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """For members who write programs, or who have them written."""
    customers = reverse("api:customer_list", args=[organizer.slug])
    endpoints = chapters.read_endpoints(organizer.slug)
    context = {
        "endpoints": endpoints,
        "refusals": chapters.read_refusals(),
        "fields": chapters.read_fields(),
        "examples": examples.write_examples(absolute_url(request, customers)),
        "deviations": DEVIATIONS,
        "tried": next(each for each in endpoints if each.name == chapters.LIST),
        "locales": services.count_all(organizer).by("locale", {}),
    }
    return render_page(request, "api/guide.html", context)
