"""The links of the OpenAPI document, from the response of one operation to other operations.

A program that follows a link takes the identifier of the customer from the response.
"""

from __future__ import annotations

from typing import Any, Final

CREATED_IDENTIFIER: Final = "$response.body#/identifier"
FIRST_IDENTIFIER: Final = "$response.body#/results/0/identifier"
CUSTOMER_OPERATIONS: Final = (
    "get_customer",
    "change_customer",
    "replace_customer",
    "anonymize_customer",
)
# By operation and status: the operations that the response links to, and where the response has
# the identifier.
_TARGETS: Final = {
    ("create_customer", "201"): (CUSTOMER_OPERATIONS, CREATED_IDENTIFIER),
    ("list_customers", "200"): (("get_customer",), FIRST_IDENTIFIER),
}


def add_links(operation: dict[str, Any]) -> None:
    """Adds the links to the responses of an operation of the document."""
    for status, response in operation["responses"].items():
        targets, identifier = _TARGETS.get((operation["operationId"], status), ((), ""))
        if targets:
            response["links"] = {target: _make_link(target, identifier) for target in targets}


def _make_link(target: str, identifier: str) -> dict[str, Any]:
    parameters = {"organizer": "$request.path.organizer", "identifier": identifier}
    return {"operationId": target, "parameters": parameters}
