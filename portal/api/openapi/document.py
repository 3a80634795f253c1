"""The whole description: made from the code once, and served to whoever asks."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint
from portal.api.pagination import absolute_url

Document = dict[str, Any]  # an OpenAPI document, whose values have many types


def read_document() -> Document:
    """The OpenAPI document, without the address of a server."""
    return _generate(get_language())


def allow_several(result: Document, **_: Any) -> Document:
    """A hook: a whole customer is also a part of one, so neither shape excludes the other."""
    for shape in result["components"]["schemas"].values():
        if "oneOf" in shape:
            shape["anyOf"] = shape.pop("oneOf")
    return result


@cache
def _generate(_language: str) -> Document:
    document: Document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return document


class OpenApi(Endpoint):
    """The description of the API. It has no customer in it, and client generators no token."""

    authentication_classes = []
    permission_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        here = absolute_url(request, "/").rstrip("/")
        return Response({**read_document(), "servers": [{"url": here}]})
