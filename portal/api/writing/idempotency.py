"""`X-Idempotency-Key`: for a day, a repeated write gets the response to the first write.

The transaction that changes the customer also stores the response. A stored request without a
response is in progress. If the process of the request dies, the stored request expires.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from rest_framework import status
from rest_framework.exceptions import APIException

from portal.api.errors import exception_response
from portal.api.formats.renderers import OrjsonRenderer, encode_json
from portal.api.models import IdempotentRequest

if TYPE_CHECKING:
    from rest_framework.request import Request

    from portal.customers.models import Customer
    from portal.history.actors import Actor
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer

RESPONSE_LIFETIME: Final = timedelta(days=1)
# After this time a request cannot be in progress, because gunicorn ends requests earlier.
MAX_REQUEST_TIME: Final = timedelta(minutes=1)
RETRY_AFTER_SECONDS: Final = 5
EMPTY_RESPONSE: Final = {"body_hash": "", "response": "", "etag": ""}
# The statuses of temporary errors, which are not stored: a repeated request is executed again.
TEMPORARY_STATUSES: Final = frozenset({409, 429, 500, 503})


class RequestInProgress(APIException):
    """The first request with this key has no response yet."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "Concurrent request with idempotency key."
    default_code = "conflict"
    wait = RETRY_AFTER_SECONDS  # Django REST framework sends this value as Retry-After.


class IdempotencyKeyReused(APIException):
    """The first request with this key had another body, or the caller had other permissions.

    With other permissions, the stored response may contain fields that the caller may not read now.
    """

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This key was used for another request body, or with other permissions."
    default_code = "other_body"


class WriteResult(NamedTuple):
    """The customer after a write, and the response to the request."""

    customer: Customer
    response: HttpResponse


def respond_once(
    request: Request, access: Access, actor: Actor, write: Callable[[], WriteResult]
) -> HttpResponse:
    """Returns the response of `write`, or the stored response to a request with the same key.

    Raises RequestInProgress, IdempotencyKeyReused, and the exceptions of `write`.
    """
    key = request.META.get("HTTP_X_IDEMPOTENCY_KEY")
    if not key:
        return write().response
    parts = (actor.kind, actor.id, request.method, request.path, key)
    fingerprint = _hash_bytes("\n".join(map(str, parts)).encode())
    body_hash = _hash_bytes(" ".join(sorted(access.permissions)).encode() + b"\n" + request.body)
    with scope(organizer=access.organizer):
        first, is_new = _find_or_store_request(access.organizer, fingerprint, body_hash)
        if not is_new:
            return _repeat_response(first, body_hash)
        return _write_and_store(first, write)


def forget_responses() -> int:
    """Deletes requests of all organizers that are older than a day. Returns how many requests."""
    with scopes_disabled():
        return IdempotentRequest.objects.filter(
            started__lt=timezone.now() - RESPONSE_LIFETIME
        ).delete()[0]


def remove_stored_responses(customer: Customer, **_: object) -> None:
    """Receives the signal customer_erased. Empties the stored responses about the customer.

    A repeated request then gets only the identifier.
    """
    IdempotentRequest.objects.filter(customer=customer).update(**EMPTY_RESPONSE)


def _hash_bytes(content: bytes) -> str:
    return sha256(content).hexdigest()


def _find_or_store_request(
    organizer: Organizer, fingerprint: str, body_hash: str
) -> tuple[IdempotentRequest, bool]:
    """The stored request with this fingerprint, and whether the present request stored it."""
    now = timezone.now()
    first, is_new = IdempotentRequest.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={"organizer": organizer, "started": now, "body_hash": body_hash},
    )
    if is_new or not _has_expired(first, now):
        return first, is_new
    # Several requests may find the same expired row. By this condition only one request updates it.
    expired = IdempotentRequest.objects.filter(pk=first.pk, started=first.started)
    mark: dict[str, Any] = {
        **EMPTY_RESPONSE,
        "body_hash": body_hash,
        "status": None,
        "customer": None,
    }
    is_new = bool(expired.update(started=now, **mark))
    first.started, first.status = now, None
    return first, is_new


def _has_expired(first: IdempotentRequest, now: datetime) -> bool:
    return first.started < now - (MAX_REQUEST_TIME if first.status is None else RESPONSE_LIFETIME)


def _repeat_response(first: IdempotentRequest, body_hash: str) -> HttpResponse:
    if first.status is None:
        raise RequestInProgress
    is_emptied = not first.body_hash
    if not is_emptied and first.body_hash != body_hash:
        raise IdempotencyKeyReused
    content = first.response
    if is_emptied and first.customer:
        content = encode_json({"identifier": first.customer.identifier}).decode()
    headers = {"ETag": first.etag} if first.etag else {}
    return HttpResponse(content, OrjsonRenderer.media_type, first.status, headers=headers)


def _write_and_store(first: IdempotentRequest, write: Callable[[], WriteResult]) -> HttpResponse:
    try:
        with transaction.atomic():
            customer, response = write()
            _store_response(
                first, response.status_code, response.content, customer, response["ETag"]
            )
    except Exception as error:
        # If the database is not available, the stored request remains until it expires.
        with suppress(DatabaseError):
            _store_error(first, error)
        raise
    return response


def _store_response(
    first: IdempotentRequest,
    status_code: int,
    content: bytes,
    customer: Customer | None = None,
    etag: str = "",
) -> None:
    """Raises RequestInProgress if this request took too long and a repeated request replaced it."""
    marks = IdempotentRequest.objects.filter(pk=first.pk, started=first.started, status=None)
    response = {"status": status_code, "response": content.decode(), "etag": etag}
    if not marks.update(**response, customer=customer):
        raise RequestInProgress


def _store_error(first: IdempotentRequest, error: Exception) -> None:
    response = exception_response(error, {})
    if response is None or response.status_code in TEMPORARY_STATUSES:
        IdempotentRequest.objects.filter(pk=first.pk, started=first.started).delete()
    else:
        _store_response(first, response.status_code, encode_json(response.data))
