"""Which fields of a customer an answer has: `include` adds some, `fields` narrows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import QueryDict
from orjson import Fragment
from rest_framework.exceptions import PermissionDenied, ValidationError

from portal.organizers.access import Access
from portal.organizers.permissions import Permission

# The specification's names in its order.
FIELDS: Final = (
    "identifier",
    "email",
    "name",
    "name_parts",
    "is_active",
    "is_verified",
    "last_login",
    "date_joined",
    "locale",
    "last_modified",
)
INCLUDABLE: Final = ("external_identifier", "phone", "notes")
PARAMETERS: Final = ("include", "fields")
# Drivers return them as text, which is what an answer needs.
IN_JSON: Final = "name_parts"


def wanted_fields(query: QueryDict, access: Access) -> Sequence[str]:
    """In the order of the specification, those that it does not have behind.

    Raises ValidationError for fields that there are not, and PermissionDenied for notes that the
    caller may not read.
    """
    included = _names(query, "include", INCLUDABLE)
    if "notes" in included and not access.may(Permission.READ_NOTES):
        raise PermissionDenied("You do not have permission to read notes.")
    available = [*FIELDS, *(name for name in INCLUDABLE if name in included)]
    narrowed = _names(query, "fields", available)
    return [name for name in available if name in narrowed or not narrowed]


def _names(query: QueryDict, parameter: str, available: Sequence[str]) -> set[str]:
    """Names with commas between them, in one value or in several."""
    words = ",".join(query.getlist(parameter)).split(",")
    names = {word.strip() for word in words} - {""}
    if unknown := names - set(available):
        choices = ", ".join(available)
        message = f"There is no field “{min(unknown)}” here; choose from {choices}."
        raise ValidationError({parameter: [message]})
    return names


def as_object(fields: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """For JSON: the values of the fields, as a driver returns them."""
    customer = dict(zip(fields, values, strict=True))
    if IN_JSON in customer:
        customer[IN_JSON] = Fragment(customer[IN_JSON])
    return customer
