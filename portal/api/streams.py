"""All customers of a query as one streamed response, in NDJSON or CSV."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from rest_framework.request import Request

from portal.api.renderers import CsvRenderer
from portal.api.stream_limits import limit
from portal.customers import services
from portal.customers.exporting.formats import encode_csv, encode_ndjson
from portal.customers.query.query import CustomerQuery

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


class StreamResponse(StreamingHttpResponse):
    """Reads the first chunk at once: if the query fails, the client still gets an error status."""

    def __init__(self, chunks: Generator[bytes], media_type: str) -> None:
        self._chunks = chunks
        first = list(islice(chunks, 1))
        super().__init__(chain(first, chunks), content_type=f"{media_type}; charset=utf-8")

    def close(self) -> None:
        """Ends the query too, for a client that closes the connection before the end."""
        self._chunks.close()
        super().close()


def stream_customers(
    request: Request, organizer: Organizer, query: CustomerQuery, fields: Sequence[str]
) -> StreamResponse:
    """The customers in the order of the query, in the negotiated format. HEAD reads no rows.

    Raises Throttled if too many streams are running.
    """
    media_type = request.accepted_renderer.media_type
    if request.method == "HEAD":
        return StreamResponse(_no_chunks(), media_type)
    if media_type == CsvRenderer.media_type:
        texts = services.stream_texts(organizer, query=query, fields=fields)
        chunks = encode_csv(fields, texts)
    else:
        chunks = encode_ndjson(services.stream_json(organizer, query=query, fields=fields))
    return StreamResponse(limit(request, chunks), media_type)


def _no_chunks() -> Generator[bytes]:
    yield from ()
