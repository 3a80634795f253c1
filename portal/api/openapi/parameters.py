"""What one can ask for. The filters tell themselves; a new one needs nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from portal.api.fields import INCLUDABLE
from portal.api.openapi.shapes import IDENTIFIER_PATTERN
from portal.customers.query import filter_fields as kinds
from portal.customers.query.filters import CustomerFilter
from portal.customers.query.ordering import SORT_KEYS
from portal.customers.query.page import FIELDS, PAGE_SIZE

if TYPE_CHECKING:
    from django_filters import Filter
    from django_stubs_ext import StrOrPromise

Schema = dict[str, Any]  # JSON Schema, whose values have many types

# PostgreSQL takes no NUL: one anywhere in a query is a mistake.
TEXT: Final = {"type": "string", "pattern": r"^[^\u0000]*$"}
DAY_OR_INSTANT: Final = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]
}
# Spaces around a key, and nothing between two commas, change nothing.
ORDERING: Final = rf"\s*(-?({'|'.join(SORT_KEYS)})\s*)?"
# From a kind of filter to the values that it takes, and to words about them.
KINDS: Final[Sequence[tuple[type[Filter], Schema, StrOrPromise]]] = [
    (kinds.YesNoFilter, {"type": "boolean"}, ""),
    (
        kinds.LocaleFilter,
        {"type": "array", "items": {**TEXT, "minLength": 1}},
        _("A language, such as de or es-419. Any of several: locale=de&locale=fr."),
    ),
    (
        kinds.SinceFilter,
        DAY_OR_INSTANT,
        _("A day in the organizer’s time zone, or an instant, which is included."),
    ),
    (
        kinds.UntilFilter,
        DAY_OR_INSTANT,
        _("A day in the organizer’s time zone, all of it, or an instant, which is included."),
    ),
    (
        kinds.OrderingFilter,
        {"type": "string", "pattern": f"^{ORDERING}(,{ORDERING})*$", "default": "email"},
        format_lazy(
            "{} {}.",
            _("The order; several with commas, a minus reverses one, empty values come last:"),
            ", ".join(SORT_KEYS),
        ),
    ),
]
# What a label alone leaves open.
MORE: Final[dict[str, StrOrPromise]] = {
    "search": _(
        "Every word is part of the name, email, identifier or external identifier,"
        " whatever its case and accents."
    ),
    "email": _("Exactly this one, whatever its case."),
    "external_identifier": _("Exactly this one."),
}
EXAMPLES: Final[dict[str, Any]] = {
    "search": "doe",
    "email": "customer@example.org",
    "ordering": "-last_login,email",
}

# What every endpoint and every list takes.
FORMAT: Final = OpenApiParameter(
    "format",
    {"type": "string", "enum": ["json"]},
    description=_("Instead of the Accept header, for those who cannot send one."),
)
PAGE: Final = OpenApiParameter(
    "page",
    {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}], "default": 1},
    description=_("The number of the page, or last."),
)
SIZE: Final = OpenApiParameter(
    "page_size",
    {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": PAGE_SIZE}, TEXT],
        "default": PAGE_SIZE,
    },
    description=_("How many there are on a page, up to 50. Anything else counts as 50."),
)
CURSOR: Final = OpenApiParameter(
    "cursor",
    TEXT,
    description=_("A place in the list, from a link. Not made by hand; without it, page counts."),
)
PREFER: Final = OpenApiParameter(
    "Prefer",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_("handling=strict makes parameters that are not known a mistake."),
)
INCLUDE: Final = OpenApiParameter(
    "include",
    {"type": "array", "items": {"enum": list(INCLUDABLE)}},
    explode=False,
    description=_("Fields to add, with commas. For notes one needs the permission to read them."),
)
ONLY: Final = OpenApiParameter(
    "fields",
    {"type": "array", "items": {"enum": [*FIELDS, *INCLUDABLE]}},
    explode=False,
    description=_("The only fields to leave, with commas; those that are not included are none."),
)
ALWAYS: Final = (FORMAT, PREFER)
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
    """One for each filter of the list, in the order of a canonical address."""
    return [_parameter(name, each) for name, each in CustomerFilter.base_filters.items()]


def _parameter(name: str, each: Filter) -> OpenApiParameter:
    schema, words = next(
        ((schema, words) for kind, schema, words in KINDS if isinstance(each, kind)), (TEXT, "")
    )
    longest = each.extra.get("max_length")
    sentences = [each.label, _choices(each), each.extra.get("help_text"), MORE.get(name), words]
    example = EXAMPLES.get(name)
    return OpenApiParameter(
        name,
        {**schema, "maxLength": longest} if longest else schema,
        description=lazy(_describe, str)(sentences),
        examples=[OpenApiExample(name, example)] if example else None,
    )


def _choices(each: Filter) -> StrOrPromise:
    choices = each.extra.get("choices")
    return lazy(_name_choices, str)(choices) if isinstance(choices, list) else ""


def _name_choices(choices: Sequence[tuple[str, StrOrPromise]]) -> str:
    return ", ".join(f"{value}: {label}" for value, label in choices if value)


def _describe(sentences: Sequence[StrOrPromise | None]) -> str:
    return " ".join(f"{str(words).removesuffix('.')}." for words in sentences if words)
