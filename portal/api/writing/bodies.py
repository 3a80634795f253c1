"""Reads the values of a customer from the body of a request: JSON or a form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

# A form does not send a checkbox that is not checked, so an absent checkbox means false.
CHECKBOXES: Final = ("is_active", "is_verified")
# Forms have no null. An empty input means "" for these fields, and null for the email. For all
# other fields, an empty input has no effect.
BLANK_FIELDS: Final = frozenset({"external_identifier", "phone", "notes", "password"})


def read_body_values(request: Request) -> Mapping[str, object]:
    """The values in the body, by field. Raises ValidationError if the body is not an object."""
    body: Any = request.data
    if isinstance(body, QueryDict):
        return dict(_form_values(body, is_partial=request.method == "PATCH"))
    if body is None:
        raise ValidationError({"non_field_errors": ["No data provided"]})
    if not isinstance(body, Mapping):
        message = f"Invalid data. Expected a dictionary, but got {type(body).__name__}."
        raise ValidationError({"non_field_errors": [message]})
    return body


def _form_values(form: QueryDict, *, is_partial: bool) -> Iterator[tuple[str, object]]:
    if not is_partial:
        yield from ((name, False) for name in CHECKBOXES)
    for name, value in form.items():
        if name == "name_parts":
            yield name, _parse_name_parts(value)
        elif value != "" or name in BLANK_FIELDS:
            yield name, value
        elif name == "email":
            yield name, None


def _parse_name_parts(value: object) -> object:
    try:
        return json.loads(str(value))
    except (ValueError, RecursionError):
        raise ValidationError({"name_parts": ["Value must be valid JSON."]}) from None
