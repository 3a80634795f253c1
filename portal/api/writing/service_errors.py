"""Translates exceptions of services into HTTP statuses, for the endpoints of customers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError

from portal.api.writing.etags import PreconditionFailed
from portal.customers.changing.fields import InvalidValues
from portal.customers.changing.journal import JournalUnavailable
from portal.customers.services import CustomerNotFound, VersionMismatch

UNKNOWN_CUSTOMER: Final = "No Customer matches the given query."


class ErasureUnavailable(APIException):
    """The journal of erasures cannot be written, so nothing was erased."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The journal of erasures cannot be written."
    default_code = "unavailable"
    wait = 5  # Django REST framework sends this value as Retry-After.


@contextmanager
def service_errors_as_statuses() -> Generator[None]:
    """Context manager that turns exceptions of services into exceptions of DRF."""
    try:
        yield
    except InvalidValues as error:
        raise ValidationError(dict(error.errors)) from None
    except CustomerNotFound:
        raise NotFound(UNKNOWN_CUSTOMER) from None
    except VersionMismatch:
        raise PreconditionFailed from None
    except JournalUnavailable as error:
        raise ErasureUnavailable from error
