"""The whole description: made from the code once, and served to whoever asks."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint
from portal.api.openapi import security  # noqa: F401  The generator knows whoever is imported.
from portal.api.openapi.parameters import ALWAYS
from portal.api.openapi.shapes import MISTAKES
from portal.web.http import absolute_url

Document = dict[str, Any]  # an OpenAPI document, whose values have many types


COMMON: Final = frozenset(parameter.name for parameter in ALWAYS)


def read_document() -> Document:
    """The OpenAPI document, without the address of a server."""
    return _generate(get_language())


def complete(result: Document, **_: Any) -> Document:
    """A hook: what the generator has no word for."""
    shapes = result["components"]["schemas"]
    shapes["Mistakes"] = MISTAKES
    for shape in shapes.values():
        # A whole customer is also a part of one, so neither shape excludes the other.
        if "oneOf" in shape:
            shape["anyOf"] = shape.pop("oneOf")
    for methods in result["paths"].values():
        parameters = methods["get"]["parameters"]
        # What every endpoint takes comes behind what only this one does.
        parameters.sort(key=lambda parameter: parameter["name"] in COMMON)
        for parameter in parameters:
            if _may_be_empty(parameter):
                parameter["allowEmptyValue"] = True
    return result


def _may_be_empty(parameter: dict[str, Any]) -> bool:
    """An empty value is as none, except for texts of which there may be several."""
    return parameter["in"] == "query" and "minLength" not in parameter["schema"].get("items", {})


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
