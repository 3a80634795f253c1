"""The whole list at once: NDJSON and CSV, as a stream."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from rest_framework.request import Request

from portal.api.renderers import CsvRenderer
from portal.customers import services
from portal.customers.exporting.formats import encode_csv, encode_ndjson
from portal.customers.query.query import CustomerQuery

if TYPE_CHECKING:
    from portal.organizers.models import Organizer


class BulkResponse(StreamingHttpResponse):
    """Its query runs at once: should it fail, there is still an answer to give."""

    def __init__(self, chunks: Generator[bytes], media_type: str) -> None:
        self._chunks = chunks
        first = list(islice(chunks, 1))
        super().__init__(chain(first, chunks), content_type=f"{media_type}; charset=utf-8")

    def close(self) -> None:
        """Whoever goes away early ends the query as well."""
        self._chunks.close()
        super().close()


def stream(
    request: Request, organizer: Organizer, query: CustomerQuery, fields: Sequence[str]
) -> BulkResponse:
    """Every customer of the query, in its order, in the format that was negotiated."""
    media_type = request.accepted_renderer.media_type
    if request.method == "HEAD":
        return BulkResponse(_nothing(), media_type)
    if media_type == CsvRenderer.media_type:
        texts = services.stream_texts(organizer, query=query, fields=fields)
        return BulkResponse(encode_csv(fields, texts), media_type)
    lines = services.stream_json(organizer, query=query, fields=fields)
    return BulkResponse(encode_ndjson(lines), media_type)


def _nothing() -> Generator[bytes]:
    yield from ()
