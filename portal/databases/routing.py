"""Routes queries to the primary or the replica.

The replica serves only reads of customers, in requests with a safe method. Users, teams and tokens
are always read from the primary, so that the next request lacks a revoked permission.
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

from portal.databases.failures import is_query_timeout, is_temporary_error
from portal.databases.replica import REPLICA_ALIAS, replica

APPS_ON_REPLICA: Final = frozenset({"customers"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
UNSAFE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WROTE_COOKIE: Final = "portal_wrote"
# Added to REPLICA_MAX_LAG for the lifetime of the cookie. One second, because the timestamp of a
# signed cookie has whole seconds. One more, because an asynchronous commit is written to the log
# later.
EXTRA_SECONDS: Final = 2


class ReadDatabase:
    """The database of all reads of one request, chosen at the first read."""

    def __init__(self) -> None:
        self._alias: str | None = None

    @property
    def alias(self) -> str:
        if self._alias is None:
            self._alias = REPLICA_ALIAS if replica.is_current() else DEFAULT_DB_ALIAS
        return self._alias

    @property
    def is_replica(self) -> bool:
        return self._alias == REPLICA_ALIAS

    def use_primary(self) -> None:
        self._alias = DEFAULT_DB_ALIAS


_read_database: ContextVar[ReadDatabase | None] = ContextVar("read_database", default=None)


@contextmanager
def allow_replica() -> Iterator[ReadDatabase]:
    """Context manager. Queries within it may read customers from the replica."""
    read_database = ReadDatabase()
    token = _read_database.set(read_database)
    try:
        yield read_database
    finally:
        _read_database.reset(token)


def read_from_primary() -> None:
    """The rest of the request reads from the primary, so that API clients see their changes."""
    if read_database := _read_database.get():
        read_database.use_primary()


class Router:
    """The database router for Django. DATABASE_ROUTERS has it only if there is a replica."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        read_database = _read_database.get() if model._meta.app_label in APPS_ON_REPLICA else None
        return read_database.alias if read_database else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_objects: Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaMiddleware:
    """Lets safe requests read from the replica. After an error of the replica, runs the view again.

    This middleware is the last one, so that no other middleware runs twice. Responses to unsafe
    requests set a signed cookie. Requests with the cookie read from the primary, because the
    replica may not have the change yet.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if REPLICA_ALIAS not in settings.DATABASES:
            raise MiddlewareNotUsed
        self._get_response = get_response
        self._seconds = round(settings.REPLICA_MAX_LAG + EXTRA_SECONDS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.method in UNSAFE_METHODS:
            response.set_signed_cookie(
                WROTE_COOKIE,
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
        if request.method not in SAFE_METHODS or self._has_written(request):
            return None
        with allow_replica() as read_database:
            try:
                response: HttpResponseBase = view(request, *args, **kwargs)
            except Error as error:
                # A slow query would be slow on the primary too.
                if not read_database.is_replica or is_query_timeout(error):
                    raise
                # An error that is not temporary may come from a migration that the replica has not
                # replayed yet.
                if is_temporary_error(error):
                    replica.pause_reads(error)
                return None  # Django then calls the view again, which reads from the primary.
        return response

    def _has_written(self, request: HttpRequest) -> bool:
        cookie = request.get_signed_cookie(WROTE_COOKIE, None, max_age=self._seconds)
        return cookie is not None
