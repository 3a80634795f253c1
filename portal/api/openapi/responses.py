"""The responses in the OpenAPI document, with the exact body of every error."""

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

from portal.api.formats.renderers import CsvRenderer, NdjsonRenderer
from portal.api.openapi.schemas import Error

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.serializers import BaseSerializer

JSON: Final = "application/json"
HTML: Final = "text/html"
STREAM_FORMATS: Final = {"ndjson": NdjsonRenderer.media_type, "csv": CsvRenderer.media_type}
Responses = dict[tuple[int, str], OpenApiResponse]  # by status and media type
ERROR_OR_PARAMETER_ERRORS: Final[dict[str, Any]] = {  # JSON Schema, whose values have many types
    "anyOf": [
        {"$ref": "#/components/schemas/Error"},
        {"$ref": "#/components/schemas/ParameterErrors"},
    ]
}


def success_response(
    schema: type[BaseSerializer[Any]] | PolymorphicProxySerializer,
    description: StrOrPromise,
    example: Mapping[str, object],
    status: int = 200,
) -> Responses:
    """A response of success in JSON, with an example."""
    # Without `response_only`, the document would have the example in the request, too.
    shown = OpenApiExample("Example", example, response_only=True, status_codes=[str(status)])
    return {(status, JSON): OpenApiResponse(schema, description, [shown])}


def stream_responses(description: StrOrPromise, **examples: str) -> Responses:
    """A response with status 200 in each of STREAM_FORMATS. `examples` has a body by format."""
    return {
        (200, media_type): OpenApiResponse(
            OpenApiTypes.STR,
            description,
            [OpenApiExample("Example", examples[name], media_type=media_type)],
        )
        for name, media_type in STREAM_FORMATS.items()
    }


def error_response(status: int, *cases: tuple[StrOrPromise, Mapping[str, object]]) -> Responses:
    """The response with an error status. `cases` has the cause and the body of each error."""
    has_detail_only = all("detail" in body for _cause, body in cases)
    examples = [
        OpenApiExample(f"Error {number}", body, description=cause)
        for number, (cause, body) in enumerate(cases, 1)
    ]
    description = lazy(_join_sentences, str)([cause for cause, _body in cases])
    schema = Error if has_detail_only else ERROR_OR_PARAMETER_ERRORS
    return {(status, JSON): OpenApiResponse(schema, description, examples)}


def html_error_response(status: int, cause: StrOrPromise, reason: str) -> Responses:
    """The response to a request that gunicorn rejects before Django: a short HTML page."""
    value = f"<title>{reason}</title>"
    example = OpenApiExample("Error 1", value, description=cause, media_type=HTML)
    return {(status, HTML): OpenApiResponse(OpenApiTypes.STR, cause, [example])}


def _join_sentences(sentences: Iterable[StrOrPromise]) -> str:
    return " ".join(str(sentence) for sentence in sentences)


def merge_responses(*groups: Responses) -> Responses:
    """Merges groups of responses, sorted by status. Later groups override earlier groups."""
    merged = {key: response for group in groups for key, response in group.items()}
    return dict(sorted(merged.items(), key=lambda item: item[0]))


_NULL_CHARACTER: Final = (
    _("The query string contains a null character."),
    {"detail": "Null characters are not allowed."},
)
_MALFORMED: Final = (_("The request is malformed."), {"detail": "Bad request."})
_UNKNOWN_FORMAT: Final = (_("The value of format is unknown."), {"detail": "Not found."})
_UNKNOWN_PARAMETER: Final = (
    _("A parameter is unknown, with Prefer: handling=strict."),
    {"colour": ["Unknown parameter."]},
)

BAD_REQUEST: Final = error_response(400, _NULL_CHARACTER, _MALFORMED, _UNKNOWN_PARAMETER)
INVALID_PARAMETERS: Final = error_response(
    400,
    (
        _("The value of a parameter is invalid."),
        {"is_active": ["Choose true or false, not “maybe”."]},
    ),
    (
        _("A field does not exist."),
        {"fields": ["The field “age” is not available; choose from …"]},
    ),
    (
        _("The separator does not exist."),
        {"separator": ["The separator “tab” is not available; choose from comma, semicolon."]},
    ),
    (
        _("The cursor is invalid or belongs to another list."),
        {"cursor": ["Invalid cursor for this list."]},
    ),
    _NULL_CHARACTER,
    _MALFORMED,
    _UNKNOWN_PARAMETER,
)
_MALFORMED_BODY: Final = (
    _("The body is malformed. The rest of the sentence says where."),
    {"detail": "JSON parse error - Expecting value: line 1 column 1 (char 0)"},
)
INVALID_VALUES: Final = error_response(
    400,
    (
        _("A value is invalid: the errors of all fields."),
        {
            "email": ["Enter a valid email address."],
            "locale": ['"xx" is not a valid choice.'],
        },
    ),
    (
        _("Another customer has the email address."),
        {"email": ["An account with this email address is already registered."]},
    ),
    (
        _("The body is not an object."),
        {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
    ),
    _MALFORMED_BODY,
    (
        _("A field in the query string does not exist."),
        {"fields": ["The field “age” is not available; choose from …"]},
    ),
    _NULL_CHARACTER,
    _MALFORMED,
    _UNKNOWN_PARAMETER,
)
NOT_AUTHENTICATED: Final = error_response(
    401,
    (
        _("The request has no token."),
        {"detail": "Authentication credentials were not provided."},
    ),
    (_("The token does not exist."), {"detail": "Invalid token."}),
    (_("The token is revoked or has expired."), {"detail": "Token inactive or deleted."}),
)
_NO_PERMISSION: Final = (
    _("The organizer does not exist, or you lack the permission: the response is identical."),
    {"detail": "You do not have permission to perform this action."},
)
NO_PERMISSION: Final = error_response(403, _NO_PERMISSION)
_NO_NOTES: Final = (
    _("The request names notes without the permission to read notes."),
    {"detail": "You do not have permission to read notes."},
)
NO_PERMISSION_OR_NOTES: Final = error_response(403, _NO_PERMISSION, _NO_NOTES)
NO_PERMISSION_FOR_LIST: Final = error_response(
    403,
    _NO_PERMISSION,
    _NO_NOTES,
    (
        _("The format is a stream, and you lack the permission to export customers."),
        {"detail": "You do not have permission to export customers."},
    ),
)
UNKNOWN_FORMAT: Final = error_response(404, _UNKNOWN_FORMAT)
UNKNOWN_PAGE: Final = error_response(
    404, (_("The page does not exist."), {"detail": "Invalid page."}), _UNKNOWN_FORMAT
)
UNKNOWN_CUSTOMER: Final = error_response(
    404,
    (
        _("The organizer has no customer with this identifier."),
        {"detail": "No Customer matches the given query."},
    ),
    _UNKNOWN_FORMAT,
)
WITHOUT_SLASH: Final[Responses] = {
    (301, HTML): OpenApiResponse(
        description=_("The path has no slash at its end. Location is the path with the slash.")
    )
}
IN_PROGRESS: Final = error_response(
    409,
    (
        _("The first request with this X-Idempotency-Key is in progress. Send it again later."),
        {"detail": "Concurrent request with idempotency key."},
    ),
)
KEY_REUSED: Final = error_response(
    422,
    (
        _("The first request with this key had another body, or the caller other permissions."),
        {"detail": "This key was used for another request body, or with other permissions."},
    ),
)
NOT_MODIFIED: Final[Responses] = {
    (304, HTML): OpenApiResponse(description=_("The customer has an ETag of If-None-Match."))
}
PRECONDITION_FAILED: Final = error_response(
    412,
    (
        _("The customer has none of the ETags in If-Match any more: read it again."),
        {"detail": "The customer has changed since you read it."},
    ),
)
METHOD_NOT_ALLOWED: Final = error_response(
    405,
    (
        _("The method is not GET, HEAD or OPTIONS."),
        {"detail": 'Method "POST" not allowed.'},
    ),
)
NOT_ACCEPTABLE: Final = error_response(
    406,
    (
        _("The Accept header excludes every available format."),
        {"detail": "Could not satisfy the request Accept header."},
    ),
)
TOO_LARGE: Final = {
    **error_response(
        413, (_("The body is larger than 1 MiB."), {"detail": "Request body too large."})
    ),
    **error_response(
        414,
        (
            _("The query string has more than 4,000 characters, not counting the cursor."),
            {"detail": "The query string has more than 4000 characters."},
        ),
    ),
    **html_error_response(414, _("The URL has more than about 8,100 characters."), "URI Too Long"),
    **html_error_response(431, _("A header is too large."), "Request Header Fields Too Large"),
}
UNSUPPORTED_MEDIA_TYPE: Final = error_response(
    415,
    (
        _("The body is neither JSON nor a form."),
        {"detail": 'Unsupported media type "text/plain" in request.'},
    ),
)
TOO_MANY_STREAMS: Final = error_response(
    429,
    (
        _("Two streams of your token are running, or too many streams of all clients."),
        {"detail": "Two of your streams are running. Expected available in 10 seconds."},
    ),
)
UNAVAILABLE: Final = error_response(
    503,
    (
        _("The database is busy. Wait for the seconds in Retry-After, then try again."),
        {"detail": "The database is busy or not available."},
    ),
)
COMMON: Final[Responses] = {
    **BAD_REQUEST,
    **NOT_AUTHENTICATED,
    **UNKNOWN_FORMAT,
    **NOT_ACCEPTABLE,
    **TOO_LARGE,
    **UNAVAILABLE,
}

RESPONSE_HEADERS: Final = [
    OpenApiParameter(
        "WWW-Authenticate",
        {"const": "Token"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("The authentication scheme."),
        response=[401],
    ),
    OpenApiParameter(
        "Location",
        {"type": "string"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("The path with the slash and the query string, without the host."),
        response=[301],
    ),
    OpenApiParameter(
        "Allow",
        {"type": "string"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("The allowed methods."),
        response=[405],
    ),
    OpenApiParameter(
        "Retry-After",
        {"type": "integer"},
        OpenApiParameter.HEADER,
        required=True,
        description=_("Seconds to wait before the next request."),
        response=[409, 429, 503],
    ),
    OpenApiParameter(
        "Preference-Applied",
        {"const": "handling=strict"},
        OpenApiParameter.HEADER,
        description=_("Present if the request has Prefer: handling=strict."),
        response=[200, 400],
    ),
]
ETAG: Final = OpenApiParameter(
    "ETag",
    {"type": "string"},
    OpenApiParameter.HEADER,
    required=True,
    description=_("Names the version of the customer and the fields of the response."),
    response=[200, 201, 304],
)
