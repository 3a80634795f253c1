"""ETags of customers, for conditional requests (If-None-Match, If-Match).

An ETag, like `"7-1a2b3c4d"`, has the version of the customer and a checksum of the field names.
Responses with different fields are different representations, so they need different ETags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from zlib import crc32

from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import APIException

if TYPE_CHECKING:
    from rest_framework.request import Request

# A proxy that compresses a response adds W/ to its ETag.
ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,18})-[0-9a-f]{8}"')


class PreconditionFailed(APIException):
    """If-Match does not have the version of the customer."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The customer has changed since you read it."
    default_code = "precondition_failed"


def make_etag(version: int, fields: Sequence[str]) -> str:
    """The ETag of a response with these fields of a customer."""
    return f'"{version}-{crc32(",".join(fields).encode()):08x}"'


def client_has_version(request: Request, etag: str) -> bool:
    """Whether If-None-Match has this ETag. Always false for `*`, which pretix ignores too."""
    tags = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return etag in {tag.removeprefix("W/") for tag in tags}


def version_required_by_if_match(request: Request, current: int) -> int | None:
    """The version that the customer must have for the write; None if the request requires none.

    Raises PreconditionFailed if If-Match has no ETag of the version `current`. The fields of the
    ETags are not compared.
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None or header.strip() == "*":
        return None
    versions = {int(match[1]) for tag in parse_etags(header) if (match := ETAG.fullmatch(tag))}
    if current not in versions:
        raise PreconditionFailed
    return current
