"""Which database a read goes to: the replica, for what may be some seconds old; else the primary.

Of a request that only reads, the customers may be. Who somebody is and what they may see is
always read from the primary, so that what is taken away is gone with the next request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase

from portal.databases.failures import is_over_its_time, is_unavailable
from portal.databases.replica import ALIAS, replica

MAY_BE_OLD: Final = frozenset({"customers"})
READING: Final = frozenset({"GET", "HEAD"})
WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WROTE: Final = "portal_wrote"
# The signature counts in whole seconds, and a commit that waits for nobody is written within one.
SLACK: Final = 2


class Reads:
    """The reads of one request; all of them see the same database."""

    def __init__(self) -> None:
        self._alias: str | None = None

    @property
    def alias(self) -> str:
        if self._alias is None:
            self._alias = ALIAS if replica.keeps_up() else DEFAULT_DB_ALIAS
        return self._alias

    @property
    def are_from_replica(self) -> bool:
        return self._alias == ALIAS

    def go_to_primary(self) -> None:
        self._alias = DEFAULT_DB_ALIAS


_reads: ContextVar[Reads | None] = ContextVar("reads", default=None)


@contextmanager
def reads_may_be_old() -> Iterator[Reads]:
    """Within, reads may come from the replica."""
    reads = Reads()
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


def read_from_primary() -> None:
    """For the rest of this request: for those who change customers and look for what they did."""
    if reads := _reads.get():
        reads.go_to_primary()


class Router:
    """Django asks it before each query. Only there where there is a replica."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        reads = _reads.get() if model._meta.app_label in MAY_BE_OLD else None
        return reads.alias if reads else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_objects: Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaMiddleware:
    """Lets requests that only read do so from the replica; after a failure there, anew.

    The last of all, so that a view that runs twice has been through every other one. Browsers
    that sent something read from the primary until the replica is sure to have it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if ALIAS not in settings.DATABASES:
            raise MiddlewareNotUsed
        self._get_response = get_response
        self._seconds = round(settings.REPLICA_MAX_LAG + SLACK)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.method in WRITING:
            response.set_signed_cookie(
                WROTE,
                "1",
                max_age=self._seconds,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.method not in READING or self._wrote(request):
            return None
        with reads_may_be_old() as reads:
            try:
                response: HttpResponseBase = view(request, *args, **kwargs)
            except Error as error:
                # A query that takes too long would only take as long once more.
                if not reads.are_from_replica or is_over_its_time(error):
                    raise
                # Another error may be a migration that has not come that far yet.
                if is_unavailable(error):
                    replica.give_up(error)
                return None  # and Django calls the view, which now reads from the primary
        return response

    def _wrote(self, request: HttpRequest) -> bool:
        found = request.get_signed_cookie(WROTE, None, max_age=self._seconds)
        return found is not None
