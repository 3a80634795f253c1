"""What can be answered, and the exact words of what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
)

from portal.api.openapi.shapes import Problem
from portal.api.renderers import CsvRenderer, NdjsonRenderer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.serializers import BaseSerializer

JSON: Final = "application/json"
STREAMED: Final = {"ndjson": NdjsonRenderer.media_type, "csv": CsvRenderer.media_type}
Answers = dict[tuple[int, str], OpenApiResponse]
MISTAKE: Final[dict[str, Any]] = {  # JSON Schema, whose values have many types
    "anyOf": [
        {"$ref": "#/components/schemas/Problem"},
        {"$ref": "#/components/schemas/Mistakes"},
    ]
}


def found(
    shape: type[BaseSerializer[Any]] | PolymorphicProxySerializer,
    description: StrOrPromise,
    example: Mapping[str, object],
) -> Answers:
    """What is answered where everything is right."""
    return {(200, JSON): OpenApiResponse(shape, description, [OpenApiExample("Found", example)])}


def streams(description: StrOrPromise, **examples: str) -> Answers:
    """The whole list at once, for those who name its format in Accept."""
    return {
        (200, media_type): OpenApiResponse(
            OpenApiTypes.STR,
            description,
            [OpenApiExample("Found", examples[name], media_type=media_type)],
        )
        for name, media_type in STREAMED.items()
    }


def refused(status: int, *reasons: tuple[StrOrPromise, Mapping[str, object]]) -> Answers:
    """Each reason is when that happens, and the exact body."""
    schema = Problem if all("detail" in body for _when, body in reasons) else MISTAKE
    examples = [
        OpenApiExample(f"Reason {number}", body, description=when)
        for number, (when, body) in enumerate(reasons, 1)
    ]
    whens = lazy(_join, str)([when for when, _body in reasons])
    return {(status, JSON): OpenApiResponse(schema, whens, examples)}


def _join(sentences: Iterable[StrOrPromise]) -> str:
    return " ".join(str(sentence) for sentence in sentences)


def in_order(*answers: Answers) -> Answers:
    """All of them by status; a later one replaces an earlier one of the same."""
    merged = {key: answer for each in answers for key, answer in each.items()}
    return dict(sorted(merged.items(), key=lambda item: item[0]))


_NULL: Final = (
    _("There is a null character in the query."),
    {"detail": "Null characters are not allowed."},
)
_UNREADABLE: Final = (_("The request cannot be read."), {"detail": "Bad request."})
_FORMAT: Final = (_("There is no such format."), {"detail": "Not found."})

_UNKNOWN: Final = (
    _("There is no such parameter, and Prefer asks for strictness."),
    {"colour": ["There is no such parameter."]},
)

UNREADABLE: Final = refused(400, _NULL, _UNREADABLE, _UNKNOWN)
MISTAKEN: Final = refused(
    400,
    (_("A value cannot be used."), {"is_active": ["Choose true or false, not “maybe”."]}),
    (_("There is no such field."), {"fields": ["There is no field “age” here; choose from …"]}),
    (_("The cursor is of another list."), {"cursor": ["Not a cursor from a link of this list."]}),
    _NULL,
    _UNREADABLE,
    _UNKNOWN,
)
UNKNOWN_CALLER: Final = refused(
    401,
    (_("There is no token."), {"detail": "Authentication credentials were not provided."}),
    (_("Nobody has this token."), {"detail": "Invalid token."}),
    (_("The token was revoked."), {"detail": "Token inactive or deleted."}),
)
_FOREIGN: Final = (
    _("There is no such organizer, or it is not for you to read: the answer is the same."),
    {"detail": "You do not have permission to perform this action."},
)
NOT_PERMITTED: Final = refused(403, _FOREIGN)
NO_NOTES: Final = refused(
    403,
    _FOREIGN,
    (
        _("Notes are asked for without the permission to read them."),
        {"detail": "You do not have permission to read notes."},
    ),
)
NO_SUCH_FORMAT: Final = refused(404, _FORMAT)
NO_SUCH_PAGE: Final = refused(
    404, (_("The list is not that long."), {"detail": "Invalid page."}), _FORMAT
)
NO_SUCH_CUSTOMER: Final = refused(
    404,
    (
        _("The organizer has no customer with this identifier."),
        {"detail": "No Customer matches the given query."},
    ),
    _FORMAT,
)
NOT_OFFERED: Final = refused(
    405,
    (
        _("Asked by another method than GET, HEAD or OPTIONS."),
        {"detail": 'Method "POST" not allowed.'},
    ),
)
NOT_ACCEPTABLE: Final = refused(
    406,
    (
        _("The Accept header excludes what there is."),
        {"detail": "Could not satisfy the request Accept header."},
    ),
)
BUSY: Final = refused(
    503,
    (
        _("It takes too long just now: ask again after as many seconds as Retry-After says."),
        {"detail": "The database is busy or away."},
    ),
)
ALWAYS: Final[Answers] = {
    **UNREADABLE,
    **UNKNOWN_CALLER,
    **NO_SUCH_FORMAT,
    **NOT_OFFERED,
    **NOT_ACCEPTABLE,
    **BUSY,
}

HEADERS: Final = [
    OpenApiParameter(
        "WWW-Authenticate",
        {"const": "Token"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("How to say who asks."),
        response=[401],
    ),
    OpenApiParameter(
        "Allow",
        {"type": "string"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("The methods that are offered."),
        response=[405],
    ),
    OpenApiParameter(
        "Retry-After",
        {"type": "integer"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("Seconds to wait before the next try."),
        response=[503],
    ),
    OpenApiParameter(
        "Preference-Applied",
        {"const": "handling=strict"},
        OpenApiParameter.HEADER,
        description=_("Where Prefer asks for it."),
        response=[200, 400],
    ),
]
