"""Django's error handlers, and error responses of middleware: JSON below /api/, else a page."""

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
from portal.web.query_strings import MAX_QUERY_LENGTH, is_query_string_too_long
from portal.web.request_ids import current_id

RETRY_AFTER_SECONDS: Final = 5
QUERY_TOO_LONG_MESSAGE: Final = f"The query string has more than {MAX_QUERY_LENGTH} characters."


def reject_unreadable_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that rejects a malformed Content-Type, a large body and a long query string."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # portal/wsgi.py sets "portal.bad_content_type", which no request header can set.
        if "portal.bad_content_type" in request.META or _has_other_encoding(request):
            response = bad_request(request)
        elif _is_too_large(request):
            response = _error_response(request, 413, "Request body too large.")
        elif is_query_string_too_long(request.META.get("QUERY_STRING", "")):
            response = _error_response(request, 414, QUERY_TOO_LONG_MESSAGE)
        else:
            return get_response(request)
        response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _has_other_encoding(request: HttpRequest) -> bool:
    """Whether the body is a multipart form with another encoding than UTF-8.

    Some encodings of Python do not decode to text, or decode to halves of surrogate pairs. Django
    rejects such encodings of other forms itself.
    """
    is_multipart = request.content_type == "multipart/form-data"
    return is_multipart and codecs.lookup(request.encoding or "utf-8").name != "utf-8"


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Responds with 400 to a malformed or suspicious request."""
    return _error_response(request, 400, "Bad request.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Responds with 403 to a member who lacks a permission."""
    return _error_response(request, 403, "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Responds with 404 to an unknown path, and to users who may not access the organizer."""
    return _error_response(request, 404, "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Responds with 503 to a temporary database error, and with 500 to other errors.

    Rendering these pages needs neither a session nor the database.
    """
    # Django calls handler500 while it handles the exception.
    error = sys.exception()
    if error is None or not is_temporary_error(error):
        return _error_response(request, 500, "Server error.", request_id=current_id.get())
    DATABASE_ERRORS.labels("timeout" if is_query_timeout(error) else "unavailable").inc()
    replace_broken_connections(error)
    response = _error_response(request, 503, "The database is busy or not available.")
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _error_response(request: HttpRequest, status: int, detail: str, **more: str) -> HttpResponse:
    if is_api_path(request):
        return error_response(status, detail, **more)
    return render(request, f"{status}.html", status=status)
