"""The health checks /livez and /readyz, for load balancers and orchestrators."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.utils.log import log_response

from portal import __version__
from portal.databases.replica import REPLICA_ALIAS, replica
from portal.web.static_files import has_manifest

OK: Final = "ok"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"
LIVEZ: Final = "/livez"
PROBE_PATHS: Final = (LIVEZ, "/readyz")
PROBE_METHODS: Final = ("GET", "HEAD")
# How long a response waits for the checks. The timeouts of probes are longer.
MAX_WAIT_SECONDS: Final = 2.0
# Requests within this time get the earlier results. Anyone can request /readyz, so the number of
# checks is limited.
SECONDS_BETWEEN_CHECKS: Final = 1.0

logger = logging.getLogger(__name__)


def respond_to_probes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that responds to /livez and /readyz.

    This middleware precedes those that check the Host header and redirect to HTTPS, because probes
    send requests with any Host header and without TLS.
    """
    checks = HealthChecks(_run_checks)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PROBE_PATHS:
            return get_response(request)
        if request.method not in PROBE_METHODS:
            return HttpResponseNotAllowed(PROBE_METHODS)
        if request.path_info == LIVEZ:
            return JsonResponse({"status": OK, "version": __version__})
        return _readyz_response(request, checks.read_results(MAX_WAIT_SECONDS))

    return middleware


def _readyz_response(request: HttpRequest, results: CheckResults) -> HttpResponse:
    """Responds with 503 if a check failed.

    A lagging replica is no failure, because requests then read from the primary.
    """
    by_name = {
        "database": results.database,
        "migrations": results.migrations,
        "static_files": results.static_files,
    }
    failed = [name for name, result in by_name.items() if result != OK]
    content = {
        "status": FAILED if failed else OK,
        "version": __version__,
        "checks": by_name,
        "replica": results.replica,
    }
    response = JsonResponse(content, status=503 if failed else 200)
    if failed:
        # Django would log every response of status 503 as an error.
        names = ", ".join(failed)
        log_response("Not ready: %s", names, response=response, request=request, level="warning")
    return response


@dataclass
class CheckResults:
    """The results of the checks. A result is "unknown" until its check has ended."""

    database: str = UNKNOWN
    migrations: str = UNKNOWN
    static_files: str = UNKNOWN
    replica: str = UNKNOWN


class HealthChecks:
    """Runs the checks in one background thread, because a database may never respond."""

    def __init__(self, check: Callable[[CheckResults], object]) -> None:
        self._check = check
        self._lock = Lock()
        self._thread: Thread | None = None
        self._results = CheckResults()
        self._next_run = float("-inf")

    def read_results(self, seconds: float) -> CheckResults:
        """The results of the checks. Runs the checks again if the last run was some time ago.

        Waits at most `seconds`, and then returns the results that are known.
        """
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if not is_running and monotonic() >= self._next_run:
                self._results = CheckResults()
                self._thread = Thread(target=self._check, args=[self._results], daemon=True)
                self._thread.start()
                self._next_run = monotonic() + SECONDS_BETWEEN_CHECKS
            thread, results = self._thread, self._results
        if thread:
            thread.join(seconds)
        return results


def _run_checks(results: CheckResults) -> None:
    results.static_files = OK if has_manifest() else FAILED
    try:
        with closing(connect_without_pool()) as connection:
            has_missing = has_missing_migrations(connection)
            results.database = OK
            results.migrations = FAILED if has_missing else OK
        results.replica = _replica_state()
    except Error as error:
        if results.database != OK:
            results.database = FAILED
        logger.warning("A health check failed (%s)", str(error).partition("\n")[0])
    except Exception:
        logger.exception("A health check failed")
    finally:
        connections.close_all()


def _replica_state() -> str:
    if REPLICA_ALIAS not in settings.DATABASES:
        return "none"
    return "current" if replica.is_current() else "not current"


def connect_without_pool() -> BaseDatabaseWrapper:
    """A new connection to the primary. A connection of the pool could wait for slow requests."""
    connection = connections[DEFAULT_DB_ALIAS].copy()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.settings_dict["OPTIONS"]["pool"] = False
    return connection


def has_missing_migrations(connection: BaseDatabaseWrapper) -> bool:
    """Whether migrations of this version of Portal are not applied. Raises OperationalError."""
    loader = MigrationLoader(connection)
    return not loader.graph.nodes.keys() <= (loader.applied_migrations or {}).keys()
