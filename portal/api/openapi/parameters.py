"""The parameters in the OpenAPI document. FILTERS generates the parameters of the filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from portal.api.openapi.schemas import IDENTIFIER_PATTERN
from portal.api.reading.field_selection import OPTIONAL_FIELDS
from portal.customers.exporting.formats import SEPARATORS
from portal.customers.local_times import RELATIVE_DATE
from portal.customers.models import Customer, State
from portal.customers.query import filter_fields
from portal.customers.query.filter_fields import ListFilter
from portal.customers.query.filters import EMPTY_FIELDS, FILTERS
from portal.customers.query.ordering import SORT_KEYS
from portal.customers.query.page import FIELDS, PAGE_SIZE
from portal.saved_views.queries import VIEW

if TYPE_CHECKING:
    from django_filters import Filter
    from django_stubs_ext import StrOrPromise

Schema = dict[str, Any]  # JSON Schema, whose values have many types

# Null characters are rejected everywhere in a query string.
TEXT_SCHEMA: Final = {"type": "string", "pattern": r"^[^\u0000]*$"}
YEAR_PATTERN: Final = "^(19|20)[0-9]{2}-"
DATE_SCHEMA: Final = {"type": "string", "format": "date", "pattern": YEAR_PATTERN}
# Python accepts more formats of ISO 8601 than RFC 3339 has, such as times without an offset.
ISO_8601_DATE_PATTERN: Final = r"^\s*(\d{4}-?(\d{1,2}-?\d{1,2}|W\d{2}(-?\d)?))?\s*$"
ISO_8601_TIME_PATTERN: Final = (
    r"^\s*(\d{4}-?(\d{1,2}-?\d{1,2}|W\d{2}(-?\d)?)([^\d\u0000][^\u0000]*)?)?$"
)
DATE_OR_TIME_SCHEMA: Final = {
    "anyOf": [
        DATE_SCHEMA,
        {"type": "string", "format": "date-time", "pattern": YEAR_PATTERN},
        {"type": "string", "pattern": ISO_8601_TIME_PATTERN},
        {"type": "string", "pattern": rf"^\s*({RELATIVE_DATE})\s*$"},
    ]
}
# The description that the filters `_since` and `_until` share.
TIME_DESCRIPTION: Final = _(
    "A date in the organizer’s time zone, or a time; without an offset it is in this time zone,"
    " too. today, -7d, -12m, -1y (days, months, years ago) and year (the current one) are relative"
    " dates. From 1900 up to ten years ahead. Inclusive;"
)
# Python accepts a sign, spaces, underscores and the digits of all scripts.
INTEGER_PATTERN: Final = r"^\s*\+?\d+(_\d+)*\s*$"
LOCALE_LENGTH: Final = Customer._meta.get_field("locale").max_length
# Matches an empty text or a sort key, with optional spaces.
SORT_KEY_PATTERN: Final = rf"\s*(-?({'|'.join(SORT_KEYS)})\s*)?"
# For each class of filters: the schema of the values, and a text for the descriptions.
SCHEMAS_BY_FILTER: Final[Sequence[tuple[type[Filter], Schema, StrOrPromise]]] = [
    (filter_fields.YesNoFilter, {"type": "boolean"}, ""),
    (
        filter_fields.StateFilter,
        {"type": "array", "items": {"enum": [state.code for state in State]}},
        _("Repeat the parameter for more states."),
    ),
    (
        filter_fields.LocaleFilter,
        {"type": "array", "items": {**TEXT_SCHEMA, "minLength": 1, "maxLength": LOCALE_LENGTH}},
        _(
            "A language code, such as de or es-419. Repeat the parameter for more languages."
            " A code that is not known and that no customer has is an error."
        ),
    ),
    (
        filter_fields.EmptyFilter,
        {"type": "array", "items": {"enum": [*EMPTY_FIELDS]}},
        _(
            "Repeat the parameter for customers without a value in several fields:"
            " empty=email&empty=phone."
        ),
    ),
    (
        filter_fields.SinceFilter,
        DATE_OR_TIME_SCHEMA,
        format_lazy("{} {}", TIME_DESCRIPTION, _("a date counts from its start.")),
    ),
    (
        filter_fields.UntilFilter,
        DATE_OR_TIME_SCHEMA,
        format_lazy("{} {}", TIME_DESCRIPTION, _("a date counts up to its end.")),
    ),
    (
        filter_fields.DayFilter,
        {"anyOf": [DATE_SCHEMA, {"type": "string", "pattern": ISO_8601_DATE_PATTERN}]},
        "",
    ),
    (
        filter_fields.OrderingFilter,
        {
            "type": "string",
            "pattern": f"^{SORT_KEY_PATTERN}(,{SORT_KEY_PATTERN})*$",
            "default": "email",
        },
        format_lazy(
            "{} {}.",
            _(
                "Sort keys, separated by commas. A minus sign reverses a sort key."
                " Empty values come last. The sort keys are"
            ),
            ", ".join(SORT_KEYS),
        ),
    ),
]


def _schema_of_choices(names: Sequence[str]) -> Schema:
    """The schema of a parameter whose value is empty or one of the names, with optional spaces."""
    pattern = rf"^\s*(({'|'.join(names)})\s*)?$"
    return {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": pattern}]}


def _schema_of_text(length: int) -> Schema:
    """The schema of a text of at most this length, not counting spaces around the text."""
    return {
        "type": "string",
        "pattern": rf"^\s*([^\s\u0000]([^\u0000]{{0,{length - 2}}}[^\s\u0000])?\s*)?$",
    }


FORMAT: Final = OpenApiParameter(
    "format",
    {"type": "string", "enum": ["json"]},
    description=_("The format of the response, for clients that cannot send an Accept header."),
)
LIST_FORMAT: Final = OpenApiParameter(
    "format",
    {"type": "string", "enum": ["json", "csv"]},
    description=_(
        "The format of the response, whatever the Accept header says. csv is for spreadsheet"
        " programs: with a byte-order mark, and with an apostrophe before a text that begins with"
        " one or that could be a formula. For exact values, send Accept: text/csv."
    ),
)
SEPARATOR_PARAMETER: Final = OpenApiParameter(
    "separator",
    {"type": "string", "enum": [*SEPARATORS], "default": "comma"},
    description=_("The separator of the cells of format=csv."),
)
VIEW_PARAMETER: Final = OpenApiParameter(
    VIEW,
    TEXT_SCHEMA,
    description=_(
        "A saved view, by the last part of its URL. Other parameters of the request replace"
        " parameters of the view; an empty parameter removes one. API clients can use shared views."
    ),
)
PAGE: Final = OpenApiParameter(
    "page",
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"const": "last"},
            {"type": "string", "pattern": INTEGER_PATTERN},
        ],
        "default": 1,
    },
    description=_("The number of the page, or last."),
)
PAGE_SIZE_PARAMETER: Final = OpenApiParameter(
    "page_size",
    {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": PAGE_SIZE}, TEXT_SCHEMA],
        "default": PAGE_SIZE,
    },
    description=_("The number of results on a page. Any other value means 50."),
)
CURSOR: Final = OpenApiParameter(
    "cursor",
    TEXT_SCHEMA,
    description=_("The position of the page, from a next or previous link. Do not build your own."),
)
PREFER: Final = OpenApiParameter(
    "Prefer",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_("handling=strict rejects requests with an unknown parameter."),
)
INCLUDE: Final = OpenApiParameter(
    "include",
    {"type": "array", "items": _schema_of_choices(OPTIONAL_FIELDS)},
    explode=False,
    description=_(
        "Fields to add, separated by commas. Notes require a permission. Without effect if the"
        " token has all fields."
    ),
)
FIELDS_PARAMETER: Final = OpenApiParameter(
    "fields",
    {"type": "array", "items": _schema_of_choices((*FIELDS, *OPTIONAL_FIELDS))},
    explode=False,
    description=_(
        "The fields to return, separated by commas; all if empty. external_identifier, phone and"
        " notes need not be in include as well."
    ),
)
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "X-Idempotency-Key",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_(
        "Any text. For a day, the same request with the same key gets the first response again."
    ),
)
IF_NONE_MATCH: Final = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_("ETags of earlier responses: 304 without a body if one of them is current."),
)
IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_("ETags of earlier responses: 412 if none of them is current."),
)
COMMON: Final = (FORMAT, PREFER)
ORGANIZER: Final = OpenApiParameter(
    "organizer",
    {"type": "string", "pattern": r"^[a-zA-Z0-9][a-zA-Z0-9.-]*$", "maxLength": 50},
    OpenApiParameter.PATH,
    description=_("The short name of the organizer."),
)
IDENTIFIER: Final = OpenApiParameter(
    "identifier",
    {"type": "string", "pattern": IDENTIFIER_PATTERN},
    OpenApiParameter.PATH,
    description=_("The identifier of the customer. Case matters."),
)


def filter_parameters() -> list[OpenApiParameter]:
    """A parameter for each filter, in the order of FILTERS."""
    return [_filter_parameter(name, filter_) for name, filter_ in FILTERS.items()]


def _filter_parameter(name: str, filter_: ListFilter) -> OpenApiParameter:
    schema, description = next(
        (
            (schema, description)
            for filter_class, schema, description in SCHEMAS_BY_FILTER
            if isinstance(filter_, filter_class)
        ),
        (TEXT_SCHEMA, ""),
    )
    max_length = filter_.extra.get("max_length")
    sentences = [
        filter_.description or filter_.label,
        _describe_filter_choices(filter_),
        description,
    ]
    example = filter_.example
    return OpenApiParameter(
        name,
        _schema_of_text(max_length) if max_length else schema,
        description=lazy(_join_sentences, str)(sentences),
        examples=[OpenApiExample(name, example)] if example else None,
    )


def _describe_filter_choices(filter_: Filter) -> StrOrPromise:
    choices = filter_.extra.get("choices")
    return lazy(_describe_choices, str)(choices) if isinstance(choices, list) else ""


def _describe_choices(choices: Sequence[tuple[str, StrOrPromise]]) -> str:
    return ", ".join(f"{value}: {label}" for value, label in choices if value)


def _join_sentences(sentences: Sequence[StrOrPromise | None]) -> str:
    return " ".join(f"{str(sentence).removesuffix('.')}." for sentence in sentences if sentence)
