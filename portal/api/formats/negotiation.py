"""Content negotiation: chooses the format of a response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.formats.renderers import OrjsonRenderer, StreamRenderer

# The Accept headers of most API clients.
ANYTHING_OR_JSON: Final = ("*/*", OrjsonRenderer.media_type)


class ContentNegotiation(DefaultContentNegotiation):
    """DRF's content negotiation with a shortcut for JSON.

    A response is a stream only if Accept names its media type, or `format` its name. `format`
    overrides Accept.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Any:
        first, *_others = renderers
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        if (
            isinstance(first, OrjsonRenderer)
            and accepted in ANYTHING_OR_JSON
            and "format" not in request.query_params
        ):
            return first, first.media_type
        requested = request.query_params.get("format") or "json"
        for renderer in renderers:
            if isinstance(renderer, StreamRenderer) and renderer.format == requested:
                return renderer, renderer.media_type
        allowed = [*self._without_unnamed_streams(request, renderers)]
        try:
            return super().select_renderer(request, allowed, format_suffix)
        except TypeError as error:
            # Python's parser raises TypeError for some malformed parameters of a media type.
            raise NotAcceptable(available_renderers=allowed) from error

    def _without_unnamed_streams(
        self, request: Request, renderers: Iterable[BaseRenderer]
    ) -> Iterable[BaseRenderer]:
        """All renderers, except renderers of streams whose exact media type is not in Accept."""
        named = {part.partition(";")[0].strip() for part in self.get_accept_list(request)}
        return [
            renderer
            for renderer in renderers
            if not isinstance(renderer, StreamRenderer)
            or (not renderer.format and renderer.media_type in named)
        ]
