"""Error responses outside of views: JSON below /api/, else a page."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from portal.api.errors import error_response, is_api_path
from portal.databases.failures import (
    is_query_timeout,
    is_temporary_error,
    replace_broken_connections,
)
from portal.web.metrics import DATABASE_ERRORS
from portal.web.query_strings import LONGEST_QUERY, is_too_long
from portal.web.request_ids import current_id

RETRY_AFTER: Final = 5  # seconds
QUERY_TOO_LONG: Final = f"The query string has more than {LONGEST_QUERY} characters."


def reject_unreadable_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that rejects an unreadable Content-Type, a large body and a long query string."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # portal/wsgi.py sets this key. No request header can have such a name.
        if "portal.bad_content_type" in request.META or _has_other_encoding(request):
            response = bad_request(request)
        elif _is_too_large(request):
            response = _error_response(request, 413, "Request body too large.")
        elif is_too_long(request.META.get("QUERY_STRING", "")):
            response = _error_response(request, 414, QUERY_TOO_LONG)
        else:
            return get_response(request)
        response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _has_other_encoding(request: HttpRequest) -> bool:
    """Whether it is a multipart form that is not UTF-8, as Django rejects other forms.

    Python knows encodings that are no encodings of text, or have halves of surrogate pairs.
    """
    is_multipart = request.content_type == "multipart/form-data"
    return is_multipart and codecs.lookup(request.encoding or "utf-8").name != "utf-8"


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A malformed or suspicious request."""
    return _error_response(request, 400, "Bad request.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A member without the permission. Users outside of the organizer get 404."""
    return _error_response(request, 403, "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An unknown path, or a page that the user has no access to."""
    return _error_response(request, 404, "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Status 503 for a temporary database error, else 500 with the request id.

    The pages need no session and no database.
    """
    # Django calls this in its exception handler, so the exception is the current one.
    error = sys.exception()
    if error is None or not is_temporary_error(error):
        return _error_response(request, 500, "Server error.", request_id=current_id.get())
    DATABASE_ERRORS.labels("timeout" if is_query_timeout(error) else "unavailable").inc()
    replace_broken_connections(error)
    response = _error_response(request, 503, "The database is busy or away.")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _error_response(request: HttpRequest, status: int, detail: str, **more: str) -> HttpResponse:
    if is_api_path(request):
        return error_response(status, detail, **more)
    return render(request, f"{status}.html", status=status)
