"""Selects the fields of a customer that a response has.

A response has ten fields by default, and thirteen for a token with all fields. The parameter
`include` adds fields, and the parameter `fields` selects fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import QueryDict
from rest_framework.exceptions import PermissionDenied, ValidationError

from portal.customers.changing.fields import WRITABLE
from portal.customers.query.page import ALL_FIELDS, FIELDS
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

OPTIONAL_FIELDS: Final = tuple(name for name in ALL_FIELDS if name not in FIELDS)
FIELD_PARAMETERS: Final = ("include", "fields")


def requested_fields(query: QueryDict, access: Access) -> Sequence[str]:
    """The fields that the query string selects, in the order of pretix's documentation.

    Raises ValidationError for an unknown field, and PermissionDenied for notes that the caller may
    not read.
    """
    selected = _names_in_parameter(query, "fields", ALL_FIELDS)
    requested = _names_in_parameter(query, "include", OPTIONAL_FIELDS) | selected
    may_read_notes = access.may(Permission.READ_NOTES)
    if "notes" in requested and not may_read_notes:
        raise PermissionDenied("You do not have permission to read notes.")
    available = [*FIELDS, *(name for name in OPTIONAL_FIELDS if name in requested)]
    # Without the permission to read notes, a token with all fields returns ten fields only.
    if access.has_all_fields and may_read_notes:
        available = [*ALL_FIELDS]
    return [name for name in available if name in selected or not selected]


def response_fields(
    query: QueryDict, access: Access, values: Mapping[str, object]
) -> Sequence[str]:
    """The fields of the customer in the response to a write. The request has sent `values`.

    A caller that may change but not read customers gets the identifier and the fields in `values`.
    """
    if access.may(Permission.READ_CUSTOMERS):
        return requested_fields(query, access)
    return ["identifier", *(name for name in WRITABLE if name in values)]


def _names_in_parameter(query: QueryDict, parameter: str, available: Sequence[str]) -> set[str]:
    """The names in a parameter, which are separated by commas. The parameter may be repeated.

    Raises ValidationError for a name that is not in `available`.
    """
    parts = ",".join(query.getlist(parameter)).split(",")
    names = {part.strip() for part in parts} - {""}
    if unknown := names - set(available):
        choices = ", ".join(available)
        message = f"The field “{min(unknown)}” is not available; choose from {choices}."
        raise ValidationError({parameter: [message]})
    return names
