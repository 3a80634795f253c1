"""Decorators that describe the methods that read, as operations of OpenAPI."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from portal.api.openapi import parameters, responses, schemas

CUSTOMER_EXAMPLE: Final[dict[str, Any]] = {  # the example of pretix's documentation
    "identifier": "8WSAJCJ",
    "email": "customer@example.org",
    "name": "John Doe",
    "name_parts": {"_scheme": "full", "full_name": "John Doe"},
    "is_active": True,
    "is_verified": False,
    "last_login": None,
    "date_joined": "2021-04-06T13:44:22.809216Z",
    "locale": "de",
    "last_modified": "2021-04-06T13:44:22.809377Z",
}
ORGANIZER_EXAMPLE: Final[dict[str, Any]] = {
    "name": "Big Events LLC",
    "slug": "bigevents",
    "public_url": "https://portal.example.org/organizers/bigevents/customers/",
    "plugins": [],
}
# In OpenAPI all formats of a status share one description.
PAGE_OR_STREAM: Final = _(
    "JSON: a page of customers. NDJSON and CSV: all customers, as a stream; this needs the"
    " permission to export customers."
)
NDJSON_EXAMPLE: Final = """{"identifier":"8WSAJCJ","email":"customer@example.org"}\n"""
CSV_EXAMPLE: Final = "identifier,email\r\n8WSAJCJ,customer@example.org\r\n"
# The parameters of every endpoint except the list of customers, which has more formats.
COMMON_PARAMETERS: Final = [*parameters.COMMON, *responses.RESPONSE_HEADERS]


def _example_page(row: dict[str, Any]) -> dict[str, Any]:
    return {"count": 1, "next": None, "previous": None, "results": [row]}


root = extend_schema(
    operation_id="get_root",
    summary=_("The entry point of the API"),
    tags=["Organizers"],
    parameters=COMMON_PARAMETERS,
    responses=responses.merge_responses(
        responses.success_response(
            schemas.Root,
            _("The URL of the organizers."),
            {"organizers": "https://portal.example.org/api/v1/organizers/"},
        ),
        responses.COMMON,
        responses.WITHOUT_SLASH,
        responses.METHOD_NOT_ALLOWED,
    ),
)

get_version = extend_schema(
    operation_id="get_version",
    summary=_("The versions of Portal and of pretix’s API"),
    tags=["Organizers"],
    parameters=COMMON_PARAMETERS,
    responses=responses.merge_responses(
        responses.success_response(
            schemas.Version,
            _("The versions."),
            {"pretix": "2026.8.0", "pretix_numeric": 20260080005000, "portal": "0.2.0"},
        ),
        responses.COMMON,
        responses.METHOD_NOT_ALLOWED,
    ),
)

list_organizers = extend_schema(
    operation_id="list_organizers",
    summary=_("Organizers that you may access, by name"),
    tags=["Organizers"],
    parameters=[
        parameters.PAGE,
        parameters.PAGE_SIZE_PARAMETER,
        *COMMON_PARAMETERS,
    ],
    responses=responses.merge_responses(
        responses.success_response(
            schemas.OrganizerPage, _("A page of organizers."), _example_page(ORGANIZER_EXAMPLE)
        ),
        responses.COMMON,
        responses.WITHOUT_SLASH,
        responses.METHOD_NOT_ALLOWED,
        responses.UNKNOWN_PAGE,
    ),
)

get_organizer = extend_schema(
    operation_id="get_organizer",
    summary=_("An organizer"),
    tags=["Organizers"],
    parameters=[parameters.ORGANIZER, *COMMON_PARAMETERS],
    responses=responses.merge_responses(
        responses.success_response(schemas.Organizer, _("The organizer."), ORGANIZER_EXAMPLE),
        responses.COMMON,
        responses.WITHOUT_SLASH,
        responses.NO_PERMISSION,
    ),
)

list_customers = extend_schema(
    operation_id="list_customers",
    summary=_("Customers of an organizer, filtered and ordered"),
    tags=["Customers"],
    parameters=[
        parameters.ORGANIZER,
        *parameters.filter_parameters(),
        parameters.VIEW_PARAMETER,
        parameters.INCLUDE,
        parameters.FIELDS_PARAMETER,
        parameters.PAGE,
        parameters.PAGE_SIZE_PARAMETER,
        parameters.CURSOR,
        parameters.SEPARATOR_PARAMETER,
        parameters.LIST_FORMAT,
        parameters.PREFER,
        *responses.RESPONSE_HEADERS,
    ],
    responses=responses.merge_responses(
        responses.success_response(
            schemas.customer_pages, PAGE_OR_STREAM, _example_page(CUSTOMER_EXAMPLE)
        ),
        responses.stream_responses(PAGE_OR_STREAM, ndjson=NDJSON_EXAMPLE, csv=CSV_EXAMPLE),
        responses.COMMON,
        responses.WITHOUT_SLASH,
        responses.METHOD_NOT_ALLOWED,
        responses.INVALID_PARAMETERS,
        responses.NO_PERMISSION_FOR_LIST,
        responses.UNKNOWN_PAGE,
        responses.TOO_MANY_STREAMS,
    ),
)

get_customer = extend_schema(
    operation_id="get_customer",
    summary=_("A customer"),
    tags=["Customers"],
    parameters=[
        parameters.ORGANIZER,
        parameters.IDENTIFIER,
        parameters.INCLUDE,
        parameters.FIELDS_PARAMETER,
        parameters.IF_NONE_MATCH,
        *COMMON_PARAMETERS,
        responses.ETAG,
    ],
    responses=responses.merge_responses(
        responses.success_response(schemas.customers, _("The customer."), CUSTOMER_EXAMPLE),
        responses.NOT_MODIFIED,
        responses.COMMON,
        responses.WITHOUT_SLASH,
        responses.METHOD_NOT_ALLOWED,
        responses.INVALID_PARAMETERS,
        responses.NO_PERMISSION_OR_NOTES,
        responses.UNKNOWN_CUSTOMER,
    ),
)
