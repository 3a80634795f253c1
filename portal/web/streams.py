"""A response that is sent while it is made."""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain, islice

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


class StreamResponse(StreamingHttpResponse):
    """Reads the first chunk at once: if the query fails, the client still gets an error status."""

    def __init__(
        self, chunks: Generator[bytes], content_type: str, *, file_name: str | None = None
    ) -> None:
        """With a file name, browsers save the response."""
        self._chunks = chunks
        first = list(islice(chunks, 1))
        super().__init__(chain(first, chunks), content_type=content_type)
        if file_name:
            self["Content-Disposition"] = content_disposition_header(True, file_name)  # noqa: FBT003

    def close(self) -> None:
        """Ends the query too, for a client that closes the connection before the end."""
        self._chunks.close()
        super().close()
