"""What is answered where no view answers: a page for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from portal.api.errors import error_response, is_api_path
from portal.databases.failures import is_unavailable, replace_broken_connections
from portal.web.request_ids import current_id

RETRY_AFTER: Final = 5  # seconds


def refuse_the_unreadable(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuses a Content-Type that cannot be parsed, and a body that is too large."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # Set by portal/wsgi.py; no header of a request ends up under such a name.
        if "portal.bad_content_type" in request.META:
            refused = bad_request(request)
        elif _is_too_large(request):
            refused = _answer(request, 413, "Request body too large.")
        else:
            return get_response(request)
        refused["Content-Length"] = str(len(refused.content))
        return refused

    return middleware


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be understood at all."""
    return _answer(request, 400, "Bad request.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A member who lacks the permission. A stranger gets 404."""
    return _answer(request, 403, "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is there, or nothing that this person may see."""
    return _answer(request, 404, "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault, with the id by which we find it; or a database that does not answer.

    The pages need no session and no database.
    """
    # Django calls this while it handles the exception, wherever that came from.
    error = sys.exception()
    if error is None or not is_unavailable(error):
        return _answer(request, 500, "Server error.", request_id=current_id.get())
    replace_broken_connections(error)
    response = _answer(request, 503, "The database is busy or away.")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _answer(request: HttpRequest, status: int, detail: str, **more: str) -> HttpResponse:
    if is_api_path(request):
        return error_response(status, detail, **more)
    response = render(request, f"{status}.html", status=status)
    response["Cache-Control"] = "private, no-store"
    return response
