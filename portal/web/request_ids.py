"""An id for each request: in its answer, in its lines of the log, on the page of a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from portal.web.http import PortalRequest

HEADER: Final = "X-Request-ID"
# Kept until the next request: a stream is read, and may fail, when its answer is on its way.
current_id: ContextVar[str] = ContextVar("request_id", default="-")


def name_requests(
    get_response: Callable[[PortalRequest], HttpResponseBase],
) -> Callable[[PortalRequest], HttpResponseBase]:
    """Gives each an id; one that came in is from a proxy of ours, see portal/web/proxies.py."""

    def middleware(request: PortalRequest) -> HttpResponseBase:
        request.request_id = request.META.get("HTTP_X_REQUEST_ID") or uuid4().hex
        current_id.set(request.request_id)
        response = get_response(request)
        response.headers[HEADER] = request.request_id
        return response

    return middleware


class RequestId(logging.Filter):
    """Tells each line of the log during which request it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_id.get()
        return True
