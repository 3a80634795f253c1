"""Decorators that describe the methods that write customers, as operations of OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema

from portal.api.openapi import parameters, responses, schemas
from portal.api.openapi.operations import COMMON_PARAMETERS, CUSTOMER_EXAMPLE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Method = TypeVar("Method", bound=Callable[..., Any])  # a method of a view

NEW_CUSTOMER_EXAMPLE: Final = OpenApiExample(
    "Example",
    {
        "email": "customer@example.org",
        "name_parts": {"_scheme": "full", "full_name": "John Doe"},
        "locale": "de",
    },
    request_only=True,
)
CHANGE_EXAMPLE: Final = OpenApiExample("Example", {"email": "john@example.org"}, request_only=True)
CREATED_CUSTOMER: Final[dict[str, Any]] = {
    **CUSTOMER_EXAMPLE,
    "is_verified": True,
    "send_email": False,
}
CHANGED_CUSTOMER: Final[dict[str, Any]] = {**CUSTOMER_EXAMPLE, "email": "john@example.org"}
ANONYMIZED_CUSTOMER: Final[dict[str, Any]] = {
    **CUSTOMER_EXAMPLE,
    "email": None,
    "name": "",
    "name_parts": {},
    "is_active": False,
}
CUSTOMER_OR_SENT_FIELDS: Final = _(
    "The customer. A token that may not read customers gets the identifier and the fields that it"
    " sent."
)
WRITE_RESPONSES: Final[responses.Responses] = responses.merge_responses(
    responses.COMMON,
    responses.INVALID_VALUES,
    responses.NO_PERMISSION_OR_NOTES,
    responses.UNSUPPORTED_MEDIA_TYPE,
    responses.IN_PROGRESS,
    responses.KEY_REUSED,
)
WRITE_PARAMETERS: Final = (
    parameters.IDEMPOTENCY_KEY,
    parameters.INCLUDE,
    parameters.FIELDS_PARAMETER,
    *COMMON_PARAMETERS,
    responses.ETAG,
)

create_customer = extend_schema(
    operation_id="create_customer",
    summary=_("Create a customer"),
    tags=["Customers"],
    parameters=[parameters.ORGANIZER, *WRITE_PARAMETERS],
    request={responses.JSON: schemas.NewCustomerValues},
    examples=[NEW_CUSTOMER_EXAMPLE],
    responses=responses.merge_responses(
        responses.success_response(
            schemas.created_customers,
            CUSTOMER_OR_SENT_FIELDS,
            CREATED_CUSTOMER,
            201,
        ),
        WRITE_RESPONSES,
    ),
)


def _change_operation(operation_id: str, summary: StrOrPromise) -> Callable[[Method], Method]:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=["Customers"],
        parameters=[
            parameters.ORGANIZER,
            parameters.IDENTIFIER,
            parameters.IF_MATCH,
            *WRITE_PARAMETERS,
        ],
        request={responses.JSON: schemas.CustomerValues},
        examples=[CHANGE_EXAMPLE],
        responses=responses.merge_responses(
            responses.success_response(
                schemas.customers,
                CUSTOMER_OR_SENT_FIELDS,
                CHANGED_CUSTOMER,
            ),
            WRITE_RESPONSES,
            responses.UNKNOWN_CUSTOMER,
            responses.PRECONDITION_FAILED,
        ),
    )


change_customer = _change_operation(
    "change_customer", _("Change the fields of a customer that are sent")
)
replace_customer = _change_operation("replace_customer", _("The same as PATCH: other fields stay"))
delete_customer = extend_schema(exclude=True)

anonymize_customer = extend_schema(
    operation_id="anonymize_customer",
    summary=_("Anonymize a customer"),
    tags=["Customers"],
    parameters=[
        parameters.ORGANIZER,
        parameters.IDENTIFIER,
        parameters.IF_MATCH,
        *WRITE_PARAMETERS,
    ],
    request=None,
    responses=responses.merge_responses(
        responses.success_response(
            schemas.customers,
            _(
                "The customer without a person: the identifier, the language and the dates stay."
                " This cannot be undone. A member who is signed in needs the permission to erase."
            ),
            ANONYMIZED_CUSTOMER,
        ),
        responses.COMMON,
        responses.INVALID_PARAMETERS,
        responses.NO_PERMISSION_OR_NOTES,
        responses.IN_PROGRESS,
        responses.KEY_REUSED,
        responses.UNKNOWN_CUSTOMER,
        responses.PRECONDITION_FAILED,
    ),
)
