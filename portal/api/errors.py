"""Error responses below /api/, which are always JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.api.formats.renderers import encode_json

DEFAULT_HEADERS: Final = {"Vary": "Accept"}


def is_api_path(request: HttpRequest) -> bool:
    """Whether the errors of this request are JSON. True for unknown paths below /api/ as well."""
    return request.path_info.startswith("/api/")


def error_response(status: int, detail: str, **fields: str) -> HttpResponse:
    """An error response, for code outside of the views of Django REST framework."""
    content = encode_json({"detail": detail, **fields})
    return HttpResponse(content, "application/json", status, headers=DEFAULT_HEADERS)


def exception_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The exception handler of Django REST framework. Returns None for an internal server error.

    SuspiciousOperation becomes ParseError, because Django would respond with an HTML page.
    """
    if isinstance(error, SuspiciousOperation):
        error = ParseError("Bad request.")
    return exception_handler(error, dict(context))
