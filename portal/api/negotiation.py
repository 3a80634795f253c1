"""In which format somebody wants an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.renderers import BulkRenderer, OrjsonRenderer

# What nearly everybody sends; it is the same as saying nothing.
ANYTHING_OR_JSON: Final = ("*/*", OrjsonRenderer.media_type)


class QuickNegotiation(DefaultContentNegotiation):
    """Whoever plainly wants JSON has it, without a look at what else there is."""

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
        possible = [*self._possible(request, renderers)]
        try:
            return super().select_renderer(request, possible, format_suffix)
        except TypeError as error:
            # Python takes parameters apart, and stumbles over some that are broken.
            raise NotAcceptable(available_renderers=possible) from error

    def _possible(
        self, request: Request, renderers: Iterable[BaseRenderer]
    ) -> Iterable[BaseRenderer]:
        """A stream is for those who name its format; `text/*` excludes JSON and is refused."""
        named = {word.partition(";")[0].strip() for word in self.get_accept_list(request)}
        return [
            each
            for each in renderers
            if not isinstance(each, BulkRenderer) or each.media_type in named
        ]
