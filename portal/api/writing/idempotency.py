"""`X-Idempotency-Key`: a repeated write gets the response of the first one, for a day.

The response is stored in the transaction of the change, so that both exist or neither. Before it, a
row without a response marks the request as being under way; if the process dies, the mark expires.
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
from portal.api.models import IdempotentRequest
from portal.api.renderers import OrjsonRenderer, encode_json

if TYPE_CHECKING:
    from rest_framework.request import Request

    from portal.customers.models import Customer
    from portal.history.actors import Actor
    from portal.organizers.access import Access
    from portal.organizers.models import Organizer

KEPT: Final = timedelta(days=1)
# Longer than gunicorn lets a request run.
LONGEST_REQUEST: Final = timedelta(minutes=1)
RETRY_AFTER: Final = 5  # seconds
EMPTIED: Final = {"body_hash": "", "response": "", "etag": ""}
# After these a client sends the request again, to have it carried out.
NOT_STORED: Final = frozenset({409, 429, 500, 503})


class UnderWay(APIException):
    """The first request with this key has no response yet."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "Concurrent request with idempotency key."
    default_code = "conflict"
    wait = RETRY_AFTER  # Django REST framework sends it as Retry-After


class OtherBody(APIException):
    """The first request with this key had another body, or its caller other permissions.

    The stored response may have what the caller may no longer read.
    """

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This key was used for another request body, or with other permissions."
    default_code = "other_body"


class Written(NamedTuple):
    """A customer who was created or changed, and the response that says so."""

    customer: Customer
    response: HttpResponse


def respond_once(
    request: Request, access: Access, actor: Actor, write: Callable[[], Written]
) -> HttpResponse:
    """The response of `write`, or the stored one of an earlier request with the same key.

    Raises UnderWay, OtherBody, and what `write` raises.
    """
    key = request.META.get("HTTP_X_IDEMPOTENCY_KEY")
    if not key:
        return write().response
    parts = (actor.kind, actor.id, request.method, request.path, key)
    fingerprint = _hash("\n".join(map(str, parts)).encode())
    body_hash = _hash(" ".join(sorted(access.permissions)).encode() + b"\n" + request.body)
    with scope(organizer=access.organizer):
        first, is_new = _claim(access.organizer, fingerprint, body_hash)
        if not is_new:
            return _repeated(first, body_hash)
        return _write_and_store(first, write)


def forget_responses() -> int:
    """Delete what is older than a day, of all organizers; returns the number of requests."""
    with scopes_disabled():
        return IdempotentRequest.objects.filter(started__lt=timezone.now() - KEPT).delete()[0]


def empty_responses(customer: Customer, **_: object) -> None:
    """Receives customer_erased: a repeated request then gets the identifier alone."""
    IdempotentRequest.objects.filter(customer=customer).update(**EMPTIED)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _claim(
    organizer: Organizer, fingerprint: str, body_hash: str
) -> tuple[IdempotentRequest, bool]:
    """The first request with this fingerprint, and whether it is the present one."""
    now = timezone.now()
    first, is_new = IdempotentRequest.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={"organizer": organizer, "started": now, "body_hash": body_hash},
    )
    if is_new or not _has_expired(first, now):
        return first, is_new
    # Of several requests that find it expired, one replaces it.
    expired = IdempotentRequest.objects.filter(pk=first.pk, started=first.started)
    mark: dict[str, Any] = {**EMPTIED, "body_hash": body_hash, "status": None, "customer": None}
    is_new = bool(expired.update(started=now, **mark))
    first.started, first.status = now, None
    return first, is_new


def _has_expired(first: IdempotentRequest, now: datetime) -> bool:
    return first.started < now - (LONGEST_REQUEST if first.status is None else KEPT)


def _repeated(first: IdempotentRequest, body_hash: str) -> HttpResponse:
    if first.status is None:
        raise UnderWay
    is_emptied = not first.body_hash
    if not is_emptied and first.body_hash != body_hash:
        raise OtherBody
    content = first.response
    if is_emptied and first.customer:
        content = encode_json({"identifier": first.customer.identifier}).decode()
    headers = {"ETag": first.etag} if first.etag else {}
    return HttpResponse(content, OrjsonRenderer.media_type, first.status, headers=headers)


def _write_and_store(first: IdempotentRequest, write: Callable[[], Written]) -> HttpResponse:
    try:
        with transaction.atomic():
            customer, response = write()
            _store(first, response.status_code, response.content, customer, response["ETag"])
    except Exception as error:
        # Without a database the mark stays, and expires.
        with suppress(DatabaseError):
            _store_error(first, error)
        raise
    return response


def _store(
    first: IdempotentRequest,
    status_code: int,
    content: bytes,
    customer: Customer | None = None,
    etag: str = "",
) -> None:
    """Raises UnderWay if this request took so long that another one has replaced it."""
    marks = IdempotentRequest.objects.filter(pk=first.pk, started=first.started, status=None)
    response = {"status": status_code, "response": content.decode(), "etag": etag}
    if not marks.update(**response, customer=customer):
        raise UnderWay


def _store_error(first: IdempotentRequest, error: Exception) -> None:
    response = exception_response(error, {})
    if response is None or response.status_code in NOT_STORED:
        IdempotentRequest.objects.filter(pk=first.pk, started=first.started).delete()
    else:
        _store(first, response.status_code, encode_json(response.data))
