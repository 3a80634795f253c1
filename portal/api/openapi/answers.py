"""What can be answered, and the exact words of what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from portal.api.openapi.shapes import MISTAKES, Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.serializers import BaseSerializer

JSON: Final = "application/json"
Answers = dict[tuple[int, str], OpenApiResponse]
MISTAKE: Final[dict[str, Any]] = {  # JSON Schema, whose values have many types
    "anyOf": [{"$ref": "#/components/schemas/Problem"}, MISTAKES]
}


def found(
    shape: type[BaseSerializer[Any]], description: StrOrPromise, example: Mapping[str, object]
) -> Answers:
    """What is answered where everything is right."""
    return {(200, JSON): OpenApiResponse(shape, description, [OpenApiExample("Found", example)])}


def refused(status: int, description: StrOrPromise, *details: str) -> Answers:
    """One of the details, in the form of an error."""
    examples = [OpenApiExample(detail.rstrip("."), {"detail": detail}) for detail in details]
    return {(status, JSON): OpenApiResponse(Problem, description, examples)}


def in_order(*answers: Answers) -> Answers:
    """All of them by status; a later one replaces an earlier one of the same."""
    merged = {key: answer for each in answers for key, answer in each.items()}
    return dict(sorted(merged.items(), key=lambda item: item[0]))


UNREADABLE: Final = refused(
    400, _("The query cannot be read."), "Null characters are not allowed.", "Bad request."
)
MISTAKEN: Final[Answers] = {
    (400, JSON): OpenApiResponse(
        MISTAKE,
        _("A value cannot be used, or the query cannot be read."),
        [
            OpenApiExample("A wrong value", {"is_active": ["Choose true or false, not “maybe”."]}),
            OpenApiExample("Unreadable", {"detail": "Null characters are not allowed."}),
        ],
    )
}
UNKNOWN_CALLER: Final = refused(
    401,
    _("There is no token, or not a valid one."),
    "Authentication credentials were not provided.",
    "Invalid token.",
    "Token inactive or deleted.",
)
NOT_PERMITTED: Final = refused(
    403,
    _("There is no such organizer, or it is not for you to read: the answer is the same."),
    "You do not have permission to perform this action.",
)
NO_SUCH_FORMAT: Final = refused(404, _("There is no such format."), "Not found.")
NO_SUCH_PAGE: Final = refused(
    404, _("The list is not that long, or there is no such format."), "Invalid page.", "Not found."
)
NO_SUCH_CUSTOMER: Final = refused(
    404,
    _("The organizer has no customer with this identifier, or there is no such format."),
    "No Customer matches the given query.",
    "Not found.",
)
NOT_OFFERED: Final = refused(
    405, _("Asked by another method than GET, HEAD or OPTIONS."), 'Method "POST" not allowed.'
)
NOT_ACCEPTABLE: Final = refused(
    406,
    _("The Accept header excludes what there is."),
    "Could not satisfy the request Accept header.",
)
ALWAYS: Final[Answers] = {
    **UNREADABLE,
    **UNKNOWN_CALLER,
    **NO_SUCH_FORMAT,
    **NOT_OFFERED,
    **NOT_ACCEPTABLE,
}

HEADERS: Final = [
    OpenApiParameter(
        "WWW-Authenticate",
        {"const": "Token"},
        OpenApiParameter.HEADER,
        description=_("How to say who asks."),
        response=[401],
    ),
    OpenApiParameter(
        "Allow",
        {"type": "string"},
        OpenApiParameter.HEADER,
        description=_("The methods that are offered."),
        response=[405],
    ),
]
