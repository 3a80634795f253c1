"""Responses to paths below /api/ without an endpoint: a redirect to an endpoint, or 404."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.urls import resolve, reverse
from django.views.decorators.csrf import csrf_exempt

from portal.api.errors import DEFAULT_HEADERS, error_response

# Methods of requests without a body. pretix redirects DELETE as well.
REDIRECTED_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


@csrf_exempt
@login_not_required
def unknown_path(request: HttpRequest) -> HttpResponse:
    """Redirects a path that lacks the slash at its end, and /api/ to the root of the API.

    Responds with 404 to other paths. Requires no authentication.
    """
    if request.method in REDIRECTED_METHODS:
        if request.path_info == "/api/":
            return HttpResponseRedirect(reverse("api:root"), headers=DEFAULT_HEADERS)
        if _is_endpoint(f"{request.path_info}/"):
            location = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(location, headers=DEFAULT_HEADERS)
    return error_response(404, "Not found.")


def _is_endpoint(path: str) -> bool:
    return resolve(path).url_name != "unknown_path"
