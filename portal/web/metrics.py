"""Metrics for Prometheus at /metrics. Labels have names of routes, never data of customers."""

from __future__ import annotations

from collections.abc import Callable
from secrets import compare_digest
from threading import Lock
from time import perf_counter
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from portal.web.proxies import parse_address

METRICS_PATH: Final = "/metrics"
KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# The label of all unknown paths and methods, because a label of Prometheus must have few values.
OTHER_LABEL: Final = "other"
STATIC_LABEL: Final = "static"

registry: Final = CollectorRegistry()
REQUEST_COUNT: Final = Counter(
    "portal_requests", "Requests.", ["route", "method", "status"], registry=registry
)
REQUEST_SECONDS: Final = Histogram(
    "portal_request_seconds",
    "Seconds until the response began.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
DATABASE_ERRORS: Final = Counter(
    "portal_database_errors", "Requests that the database failed.", ["kind"], registry=registry
)
POOL_WAITS: Final = Counter(
    "portal_pool_waits", "Times that a thread waited for a connection.", registry=registry
)
POOL_WAIT_SECONDS: Final = Counter(
    "portal_pool_wait_seconds", "Seconds that threads waited for connections.", registry=registry
)
TOKEN_AUTHENTICATIONS: Final = Counter(
    "portal_token_authentications", "Requests with an API token.", ["result"], registry=registry
)


def measure_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that counts requests and serves /metrics, if there is a METRICS setting.

    This middleware precedes those that check the Host header and redirect to HTTPS, because
    Prometheus sends requests with any Host header and without TLS.
    """
    if not (settings.METRICS_TOKEN or settings.METRICS_ALLOWED):
        raise MiddlewareNotUsed
    pool_waits = PoolWaits()
    from_database = CollectorRegistry()
    for path in settings.METRICS_COLLECTORS:
        from_database.register(import_string(path)())

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == METRICS_PATH:
            return _metrics_response(request, from_database)
        started = perf_counter()
        response = get_response(request)
        seconds = perf_counter() - started
        method = request.method if request.method in KNOWN_METHODS else OTHER_LABEL
        route = _route_name(request)
        REQUEST_COUNT.labels(route, method, response.status_code).inc()
        REQUEST_SECONDS.labels(route, method).observe(seconds)
        pool_waits.add_new_waits()
        return response

    return middleware


def _route_name(request: HttpRequest) -> str:
    """The name of the URL pattern of the request, for the label `route`."""
    if match := request.resolver_match:
        return match.view_name
    return STATIC_LABEL if request.path_info.startswith(settings.STATIC_URL) else OTHER_LABEL


def _metrics_response(request: HttpRequest, from_database: CollectorRegistry) -> HttpResponse:
    if not _may_read_metrics(request):
        message = "Send the METRICS_TOKEN: Authorization: Bearer ...\n"
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(message, "text/plain", 401, headers=headers)
    text = generate_latest(_collect_all_processes()) + generate_latest(from_database)
    return HttpResponse(text, CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if address and any(address in network for network in settings.METRICS_ALLOWED):
        return True
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    expected: str = settings.METRICS_TOKEN
    is_token = compare_digest(token.strip().encode(), expected.encode())
    return bool(expected) and scheme.lower() == "bearer" and is_token


def _collect_all_processes() -> CollectorRegistry:
    """The metrics of all server processes; without gunicorn, the metrics of this process."""
    collected = CollectorRegistry()
    try:
        MultiProcessCollector(collected)  # type: ignore[no-untyped-call]
    except ValueError:  # Without gunicorn, portal/server.py has not set a directory.
        return registry
    return collected


class PoolWaits:
    """Adds the waits of the connection pool since the last request to the metrics."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted = {"requests_queued": 0, "requests_wait_ms": 0}

    def add_new_waits(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        pool = getattr(connection, "pool", None) if connection.connection else None
        if not pool:
            return
        with self._lock:
            stats = pool.get_stats()
            new = {name: stats.get(name, 0) for name in self._counted}
            POOL_WAITS.inc(new["requests_queued"] - self._counted["requests_queued"])
            POOL_WAIT_SECONDS.inc(
                (new["requests_wait_ms"] - self._counted["requests_wait_ms"]) / 1_000
            )
            self._counted = new
