"""What all writes have in common: the errors of services as statuses, and the response."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError

from portal.api.etags import PreconditionFailed
from portal.api.field_selection import requested_fields
from portal.customers.changing.fields import WRITABLE, InvalidValues
from portal.customers.changing.journal import JournalUnavailable
from portal.customers.services import CustomerNotFound, VersionMismatch
from portal.organizers.permissions import Permission

if TYPE_CHECKING:
    from django.http import QueryDict

    from portal.organizers.access import Access

UNKNOWN_CUSTOMER: Final = "No Customer matches the given query."


class Unavailable(APIException):
    """The journal of erasures cannot be written, so nothing was erased."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The journal of erasures cannot be written."
    default_code = "unavailable"
    wait = 5  # Django REST framework sends it as Retry-After


@contextmanager
def service_errors_as_statuses() -> Generator[None]:
    """Raises the exception of Django REST framework for that of a service."""
    try:
        yield
    except InvalidValues as error:
        raise ValidationError(dict(error.errors)) from None
    except CustomerNotFound:
        raise NotFound(UNKNOWN_CUSTOMER) from None
    except VersionMismatch:
        raise PreconditionFailed from None
    except JournalUnavailable as error:
        raise Unavailable from error


def response_fields(
    query: QueryDict, access: Access, values: Mapping[str, object]
) -> Sequence[str]:
    """The fields of the customer in the response to a write with these values.

    A caller who may write but not read gets the identifier and what it sent.
    """
    if access.may(Permission.READ_CUSTOMERS):
        return requested_fields(query, access)
    return ["identifier", *(name for name in WRITABLE if name in values)]
