"""A streamed response, which ends its query if the client closes the connection."""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain, islice

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


class StreamResponse(StreamingHttpResponse):
    """A streamed response. Reads the first chunk before the status is sent.

    If the query fails, the client therefore gets an error status.
    """

    def __init__(
        self, chunks: Generator[bytes], content_type: str, *, file_name: str | None = None
    ) -> None:
        """With `file_name`, a browser saves the response as a file."""
        self._chunks = chunks
        first = list(islice(chunks, 1))
        super().__init__(chain(first, chunks), content_type=content_type)
        if file_name:
            self["Content-Disposition"] = content_disposition_header(True, file_name)  # noqa: FBT003

    def close(self) -> None:
        """Also ends the query, in case the client closes the connection before the end."""
        self._chunks.close()
        super().close()
