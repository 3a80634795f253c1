"""Whatever else is asked for below /api/: the same path with a last slash, or nothing."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from portal.api.errors import HEADERS, answer

# What carries no body is sent on; DELETE is, too, at the service that we match.
SENT_ON: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


@csrf_exempt
@login_not_required
def unknown_path(request: HttpRequest) -> HttpResponse:
    """Sends on to the path with a last slash where something is there. Needs no token."""
    if request.method not in SENT_ON or not _is_known(f"{request.path_info}/"):
        return answer(404, "Not found.")
    there = request.get_full_path(force_append_slash=True)
    return HttpResponsePermanentRedirect(there, headers=HEADERS)


def _is_known(path: str) -> bool:
    return resolve(path).url_name != "unknown_path"
