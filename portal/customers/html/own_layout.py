"""Stores the columns and the row height with which the list opens for a member.

list.py redirects the URL without parameters to a URL with this layout. Any other URL therefore
shows every member the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.customers.html.paging import OwnLayout, PageForm
from portal.organizers import services
from portal.organizers.decorators import organizer_page
from portal.organizers.permissions import Permission
from portal.web.http import PortalRequest, render_page, wants_fragment

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.READ_CUSTOMERS)
def own_layout(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """Store or delete the layout of a member, and redirect to the list.

    A request by htmx gets the updated form instead. A GET request, for example after signing in
    again, redirects to the list.
    """
    list_path = reverse("customers:list", args=[organizer.slug])
    if request.method != "POST":
        return redirect(list_path)
    shown = _normalize_layout(request.POST.get("layout", ""))
    stored = "" if "forget" in request.POST else shown
    services.store_layout(organizer, member=request.user, query_string=stored)
    list_query = QueryDict(request.POST.get("list", "")).urlencode(safe=",")
    if not wants_fragment(request, "own-layout"):
        return redirect(f"{list_path}?{list_query}")
    standard = _("The list now opens with the standard columns.")
    message = _("The list now opens with these columns for you.") if stored else standard
    own = OwnLayout(stored, shown, list_query, message)
    return render_page(request, "customers/_own_layout.html", {"own": own})


def _normalize_layout(query_string: str) -> str:
    """Normalize a layout with PageForm.own_layout. Raises BadRequest for an invalid layout."""
    paging = PageForm(QueryDict(query_string))
    if not paging.is_valid():
        raise BadRequest
    return paging.own_layout
