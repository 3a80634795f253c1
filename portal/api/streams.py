"""All customers of a query as one streamed response, in NDJSON or CSV."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from portal.api.renderers import CsvRenderer
from portal.customers import services
from portal.customers.exporting.formats import encode_csv, encode_ndjson
from portal.customers.exporting.limits import RETRY_AFTER, TooManyStreams, limit
from portal.customers.query.query import CustomerQuery
from portal.web.streams import StreamResponse

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


def stream_customers(
    request: Request, organizer: Organizer, query: CustomerQuery, fields: Sequence[str]
) -> StreamResponse:
    """The customers in the order of the query, in the negotiated format. HEAD reads no rows.

    Raises Throttled if too many streams are running.
    """
    media_type = request.accepted_renderer.media_type
    content_type = f"{media_type}; charset=utf-8"
    if request.method == "HEAD":
        return StreamResponse(_no_chunks(), content_type)
    if media_type == CsvRenderer.media_type:
        texts = services.stream_texts(organizer, query=query, fields=fields)
        chunks = encode_csv(fields, texts)
    else:
        chunks = encode_ndjson(services.stream_json(organizer, query=query, fields=fields))
    try:
        return StreamResponse(limit(chunks, caller=_caller(request)), content_type)
    except TooManyStreams as error:
        raise Throttled(RETRY_AFTER, str(error)) from error


def _caller(request: Request) -> str:
    authorization: list[str] = request.META.get("HTTP_AUTHORIZATION", "").split()
    return authorization[-1] if authorization else request.session.session_key or ""


def _no_chunks() -> Generator[bytes]:
    yield from ()
