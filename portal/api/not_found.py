"""Paths below /api/ without an endpoint: a redirect that appends the slash, or 404."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from portal.api.errors import DEFAULT_HEADERS, error_response

# Methods without a body. pretix redirects DELETE as well.
REDIRECTED_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


@csrf_exempt
@login_not_required
def unknown_path(request: HttpRequest) -> HttpResponse:
    """Redirects to the path with a slash at the end if that is an endpoint. Needs no token."""
    if request.method not in REDIRECTED_METHODS or not _is_endpoint(f"{request.path_info}/"):
        return error_response(404, "Not found.")
    location = request.get_full_path(force_append_slash=True)
    return HttpResponsePermanentRedirect(location, headers=DEFAULT_HEADERS)


def _is_endpoint(path: str) -> bool:
    return resolve(path).url_name != "unknown_path"
