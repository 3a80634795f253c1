"""Generates the OpenAPI document, once for each language, and serves the document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from threading import Lock
from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint
from portal.api.openapi import security  # noqa: F401  The import registers its schemes.
from portal.api.openapi.links import add_links
from portal.api.openapi.parameters import COMMON
from portal.api.openapi.schemas import PARAMETER_ERRORS
from portal.web.http import absolute_url

Document = dict[str, Any]  # an OpenAPI document, whose values have many types
# Only one thread at a time generates: drf-spectacular changes objects that all threads share.
GENERATION_LOCK: Final = Lock()
COMMON_NAMES: Final = frozenset(parameter.name for parameter in COMMON)


def read_document() -> Document:
    """The OpenAPI document in the active language, without `servers`."""
    with GENERATION_LOCK:
        return _generate_document(get_language())


def complete_document(result: Document, **_: Any) -> Document:
    """A hook of drf-spectacular. Adds what serializers and parameters cannot describe."""
    schemas = result["components"]["schemas"]
    schemas["ParameterErrors"] = PARAMETER_ERRORS
    for schema in schemas.values():
        # A complete customer also matches the schema of a partial customer. oneOf would forbid two
        # matches.
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    for operation in iterate_operations(result):
        add_links(operation)
        parameters = operation["parameters"]
        # Parameters that all endpoints have come last.
        parameters.sort(key=lambda parameter: parameter["name"] in COMMON_NAMES)
        for parameter in parameters:
            if _accepts_empty_value(parameter):
                parameter["allowEmptyValue"] = True
    return result


def iterate_operations(document: Document) -> Iterator[dict[str, Any]]:
    """The operations of all paths in the document."""
    return chain.from_iterable(methods.values() for methods in document["paths"].values())


def _accepts_empty_value(parameter: dict[str, Any]) -> bool:
    """Whether the parameter accepts an empty value. Lists of texts reject empty values."""
    return parameter["in"] == "query" and "minLength" not in parameter["schema"].get("items", {})


@cache
def _generate_document(_language: str) -> Document:
    document: Document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return document


class OpenApi(Endpoint):
    """The endpoint of the OpenAPI document. Public, because client generators have no token."""

    authentication_classes = []
    permission_classes = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        url = absolute_url(request, "/").rstrip("/")
        return Response({**read_document(), "servers": [{"url": url}]})
