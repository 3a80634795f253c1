"""The description of each endpoint, as a decorator of its `get`."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from portal.api.openapi import answers, parameters, shapes

CUSTOMER: Final[dict[str, Any]] = {  # as the specification prints it
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
ORGANIZER: Final[dict[str, Any]] = {
    "name": "Big Events LLC",
    "slug": "bigevents",
    "public_url": "https://portal.example.org/organizers/bigevents/customers/",
    "plugins": [],
}
# Of the formats of one status the standard knows one description.
PAGE_OR_ALL: Final = _(
    "A page of customers; as NDJSON (one a line) or CSV (names first) all of them, as a stream."
)
NDJSON: Final = """{"identifier":"8WSAJCJ","email":"customer@example.org"}\n"""
CSV: Final = "identifier,email\r\n8WSAJCJ,customer@example.org\r\n"


def _page(row: dict[str, Any]) -> dict[str, Any]:
    return {"count": 1, "next": None, "previous": None, "results": [row]}


root = extend_schema(
    operation_id="get_root",
    summary=_("Where to go from here"),
    tags=["Organizers"],
    parameters=[*parameters.ALWAYS, *answers.HEADERS],
    responses=answers.in_order(
        answers.found(
            shapes.Root,
            _("The way to the organizers."),
            {"organizers": "https://portal.example.org/api/v1/organizers/"},
        ),
        answers.ALWAYS,
    ),
)

list_organizers = extend_schema(
    operation_id="list_organizers",
    summary=_("The organizers that you may enter, by name"),
    tags=["Organizers"],
    parameters=[parameters.PAGE, parameters.SIZE, *parameters.ALWAYS, *answers.HEADERS],
    responses=answers.in_order(
        answers.found(shapes.OrganizerPage, _("A page of organizers."), _page(ORGANIZER)),
        answers.ALWAYS,
        answers.NO_SUCH_PAGE,
    ),
)

get_organizer = extend_schema(
    operation_id="get_organizer",
    summary=_("One organizer"),
    tags=["Organizers"],
    parameters=[parameters.ORGANIZER, *parameters.ALWAYS, *answers.HEADERS],
    responses=answers.in_order(
        answers.found(shapes.Organizer, _("The organizer."), ORGANIZER),
        answers.ALWAYS,
        answers.NOT_PERMITTED,
    ),
)

list_customers = extend_schema(
    operation_id="list_customers",
    summary=_("The customers of an organizer, filtered and ordered"),
    tags=["Customers"],
    parameters=[
        parameters.ORGANIZER,
        *parameters.filter_parameters(),
        parameters.INCLUDE,
        parameters.ONLY,
        parameters.PAGE,
        parameters.SIZE,
        parameters.CURSOR,
        *parameters.ALWAYS,
        *answers.HEADERS,
    ],
    responses=answers.in_order(
        answers.found(shapes.customer_pages, PAGE_OR_ALL, _page(CUSTOMER)),
        answers.streams(PAGE_OR_ALL, ndjson=NDJSON, csv=CSV),
        answers.ALWAYS,
        answers.MISTAKEN,
        answers.NO_NOTES,
        answers.NO_SUCH_PAGE,
    ),
)

get_customer = extend_schema(
    operation_id="get_customer",
    summary=_("One customer"),
    tags=["Customers"],
    parameters=[
        parameters.ORGANIZER,
        parameters.IDENTIFIER,
        parameters.INCLUDE,
        parameters.ONLY,
        *parameters.ALWAYS,
        *answers.HEADERS,
    ],
    responses=answers.in_order(
        answers.found(shapes.customers, _("The customer."), CUSTOMER),
        answers.ALWAYS,
        answers.MISTAKEN,
        answers.NO_NOTES,
        answers.NO_SUCH_CUSTOMER,
    ),
)
