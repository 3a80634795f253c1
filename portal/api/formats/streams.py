"""All customers of a list as one streamed response, in NDJSON or CSV."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Final

from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.formats.renderers import CsvRenderer, SpreadsheetRenderer
from portal.customers import services
from portal.customers.exporting.formats import (
    SEPARATORS,
    encode_csv,
    encode_csv_for_spreadsheets,
    encode_ndjson,
    export_file_name,
)
from portal.customers.exporting.limits import RETRY_AFTER, TooManyStreams, limit_streams
from portal.customers.query.query import CustomerQuery
from portal.web.streams import StreamResponse

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.organizers.models import Organizer

SEPARATOR: Final = "separator"


def requested_separator(query: QueryDict) -> str:
    """The separator of the cells of `format=csv`. Raises ValidationError for an unknown name."""
    name = query.get(SEPARATOR) or "comma"
    if name not in SEPARATORS:
        message = f"The separator “{name}” is not available; choose from {', '.join(SEPARATORS)}."
        raise ValidationError({SEPARATOR: [message]})
    return SEPARATORS[name]


def stream_customers(
    request: Request,
    organizer: Organizer,
    query: CustomerQuery,
    fields: Sequence[str],
    *,
    separator: str,
) -> StreamResponse:
    """Streams the customers of the query in its order, in the negotiated format.

    HEAD reads no customers. Raises Throttled if too many streams are running.
    """
    is_file = isinstance(request.accepted_renderer, SpreadsheetRenderer)
    name = export_file_name(organizer.slug, organizer.timezone, "csv") if is_file else None
    content_type = f"{request.accepted_renderer.media_type}; charset=utf-8"
    if request.method == "HEAD":
        return StreamResponse(_empty_stream(), content_type, file_name=name)
    chunks = _encode_stream(request.accepted_renderer, organizer, query, fields, separator)
    try:
        limited = limit_streams(chunks, caller=_identify_caller(request))
        return StreamResponse(limited, content_type, file_name=name)
    except TooManyStreams as error:
        raise Throttled(RETRY_AFTER, str(error)) from error


def _encode_stream(
    renderer: BaseRenderer,
    organizer: Organizer,
    query: CustomerQuery,
    fields: Sequence[str],
    separator: str,
) -> Generator[bytes]:
    if not isinstance(renderer, CsvRenderer | SpreadsheetRenderer):
        return encode_ndjson(
            services.stream_customers_as_json(organizer, query=query, fields=fields)
        )
    texts = services.stream_customers_as_texts(organizer, query=query, fields=fields)
    if isinstance(renderer, CsvRenderer):
        return encode_csv(fields, texts)
    return encode_csv_for_spreadsheets(fields, texts, separator=separator)


def _identify_caller(request: Request) -> str:
    authorization: list[str] = request.META.get("HTTP_AUTHORIZATION", "").split()
    return authorization[-1] if authorization else request.session.session_key or ""


def _empty_stream() -> Generator[bytes]:
    yield from ()
