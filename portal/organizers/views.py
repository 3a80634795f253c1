"""The organizer chooser."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.http import PortalRequest
from portal.organizers import services


@require_safe
def choose_organizer(request: PortalRequest) -> HttpResponse:
    """The organizers of a member; where there is only one, its customers at once."""
    accesses = services.list_access(request.user)
    if len(accesses) == 1 and "all" not in request.GET:
        return redirect("customers:list", accesses[0].organizer.slug)
    return render(request, "organizers/choose.html", {"accesses": accesses})


@require_safe
def organizer_home(request: PortalRequest, organizer: str) -> HttpResponse:
    """What an organizer's own address leads to: its customers, where access is checked."""
    return redirect("customers:list", organizer)
