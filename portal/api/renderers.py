"""How an answer becomes bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


def to_json(content: object) -> bytes:
    """JSON with times in UTC, as `2021-04-06T13:44:22.809216Z`; those of SQLite name no zone."""
    return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def json_response(content: object) -> HttpResponse:
    """For who is known to want JSON: the framework's own response goes a long way to find out."""
    return HttpResponse(to_json(content), OrjsonRenderer.media_type)


class OrjsonRenderer(BaseRenderer):
    """JSON, and nothing else; parameters of the media type such as `indent` change nothing."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return to_json(data)


class BulkRenderer(BaseRenderer):
    """Stands for a format in the negotiation; the answer is a stream, which needs no rendering.

    Without a name for `?format=`, which knows JSON alone at the service that we match.
    """

    format = ""


class NdjsonRenderer(BulkRenderer):
    """One JSON object a line."""

    media_type = "application/x-ndjson"


class CsvRenderer(BulkRenderer):
    """RFC 4180, with a line of names first."""

    media_type = "text/csv"
