"""Which fields of a customer an answer has: `include` adds some, `fields` narrows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import QueryDict
from rest_framework.exceptions import PermissionDenied, ValidationError

from portal.customers.query.page import FIELDS
from portal.organizers.access import Access
from portal.organizers.permissions import Permission

INCLUDABLE: Final = ("external_identifier", "phone", "notes")
PARAMETERS: Final = ("include", "fields")


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
