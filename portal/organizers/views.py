"""The list of a member's organizers, and the API tokens of an organizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.organizers import services, tokens
from portal.organizers.decorators import organizer_page
from portal.organizers.forms import TokenForm
from portal.organizers.permissions import Permission
from portal.web.forms import focus_first_error
from portal.web.http import PortalRequest, absolute_url, render_page

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


@require_safe
def choose_organizer(request: PortalRequest) -> HttpResponse:
    """The list of the member's organizers. If there is only one, redirects to its customers."""
    accesses = services.list_access(request.user)
    if len(accesses) == 1 and "all" not in request.GET:
        return redirect("customers:list", accesses[0].organizer.slug)
    return render(request, "organizers/choose.html", {"accesses": accesses})


@require_safe
def organizer_home(request: PortalRequest, organizer: str) -> HttpResponse:
    """A redirect to the customers of the organizer. That page checks the permission."""
    return redirect("customers:list", organizer)


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.WRITE_TEAMS)
def token_list(request: PortalRequest, organizer: Organizer) -> HttpResponse:
    """The tokens of the organizer, and a form that creates a token.

    Only the response to the form shows the key of the new token.
    """
    form = TokenForm(request.access, request.POST if request.method == "POST" else None)
    key = form.save(made_by=request.user) if form.is_bound else None
    customers = reverse("api:customer_list", args=[organizer.slug])
    context = {
        "form": TokenForm(request.access) if key else form,
        "key": key,
        "customers_url": absolute_url(request, customers),
        "tokens": tokens.list_tokens(organizer),
    }
    status = 422 if form.errors else 200
    focus_first_error(form)
    return render_page(request, "organizers/tokens.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@organizer_page(Permission.WRITE_TEAMS)
def token_revoke(request: PortalRequest, organizer: Organizer, token: int) -> HttpResponse:
    """A page that asks for confirmation, because the API client loses access. POST revokes."""
    try:
        found = tokens.get_token(organizer, token)
    except tokens.UnknownToken as error:
        raise Http404 from error
    if request.method == "POST":
        tokens.revoke_token(organizer, pk=token)
        return redirect("organizers:tokens", organizer.slug)
    return render_page(request, "organizers/revoke.html", {"token": found})
