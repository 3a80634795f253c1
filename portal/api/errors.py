"""Errors below /api/ are JSON, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.api.renderers import to_json

# Customer data, and who may see it, belongs into no cache.
HEADERS: Final = {"Cache-Control": "private, no-store", "Vary": "Accept"}


def is_api_path(request: HttpRequest) -> bool:
    """Whether whoever asks expects JSON, also where nothing is at that path."""
    return request.path_info.startswith("/api/")


def answer(status: int, detail: str, **more: str) -> HttpResponse:
    """An error in the form of the API, for views and handlers outside of the framework."""
    content = to_json({"detail": detail, **more})
    return HttpResponse(content, "application/json", status, headers=HEADERS)


def answer_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The framework's answer to an error; None for those that are a fault of ours.

    Django itself answers a request that it finds suspicious with a page.
    """
    if isinstance(error, SuspiciousOperation):
        error = ParseError("Bad request.")
    return exception_handler(error, dict(context))
