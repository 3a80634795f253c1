"""Gives each request an id, for the response, log lines and the page of a server error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from portal.web.http import PortalRequest

REQUEST_ID_HEADER: Final = "X-Request-ID"
# The id is not reset after the response, because a stream may fail and be logged later.
current_id: ContextVar[str] = ContextVar("request_id", default="-")


def set_request_id(
    get_response: Callable[[PortalRequest], HttpResponseBase],
) -> Callable[[PortalRequest], HttpResponseBase]:
    """Middleware that sets the request id: the id of a trusted proxy (proxies.py), or a new id."""

    def middleware(request: PortalRequest) -> HttpResponseBase:
        request.request_id = request.META.get("HTTP_X_REQUEST_ID") or uuid4().hex
        current_id.set(request.request_id)
        response = get_response(request)
        response.headers[REQUEST_ID_HEADER] = request.request_id
        return response

    return middleware


class RequestIdFilter(logging.Filter):
    """Adds the id of the current request to each log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_id.get()
        return True
