"""`Prefer: handling=strict` (RFC 7240): a request with an unknown parameter is rejected."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

PREFERENCE_APPLIED: Final = "Preference-Applied"


def wants_strict_handling(request: Request) -> bool:
    """Whether the request prefers strict handling. Case is ignored.

    If the header has several values for `handling`, the first value applies.
    """
    # Faster than `request.headers`, which builds a mapping of all headers.
    return next(_preference_values(request.META.get("HTTP_PREFER", ""), "handling"), "") == "strict"


def reject_unknown_parameters(request: Request, parameters: Collection[str]) -> None:
    """Raises ValidationError for a parameter of the query string that is not in `parameters`."""
    unknown = sorted(request.query_params.keys() - set(parameters))
    if unknown:
        raise ValidationError({name: ["Unknown parameter."] for name in unknown})


def _preference_values(header: str, name: str) -> Iterator[str]:
    for preference in header.split(","):
        token, _equals, value = preference.partition(";")[0].partition("=")
        if token.strip().lower() == name:
            yield value.strip().strip('"').lower()
