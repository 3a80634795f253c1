"""What a client prefers: `Prefer: handling=strict` (RFC 7240) makes unknown parameters mistakes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

APPLIED: Final = "Preference-Applied"


def wants_strictness(request: Request) -> bool:
    """Of several preferences with one name the first one counts; names and values ignore case."""
    # The mapping of all headers would be made for this one alone.
    return next(_values(request.META.get("HTTP_PREFER", ""), "handling"), "") == "strict"


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Raises ValidationError for parameters that would be ignored otherwise."""
    unknown = sorted(request.query_params.keys() - set(known))
    if unknown:
        raise ValidationError({name: ["There is no such parameter."] for name in unknown})


def _values(header: str, name: str) -> Iterator[str]:
    for preference in header.split(","):
        word, _equals, value = preference.partition(";")[0].partition("=")
        if word.strip().lower() == name:
            yield value.strip().strip('"').lower()
