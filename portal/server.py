"""Gunicorn's configuration: `gunicorn -c python:portal.server portal.wsgi`."""

import gc
import sys
from logging import getLogger
from multiprocessing import get_context
from pathlib import Path

from environs import FileAwareEnv
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

env = FileAwareEnv(strip_whitespace=True)


def _access_log(value: str) -> str | None:
    """The path of the access log, "-" for standard output, or None. Exits if it is not writable."""
    if value.lower() in {"", "false", "no", "off", "0"}:
        return None
    if value.lower() in {"-", "true", "yes", "on", "1"}:
        return "-"
    try:
        Path(value).open("a").close()
    except OSError as error:
        sys.exit(f"ACCESS_LOG cannot be written to {value}: {error.strerror}")
    return value


bind = f"{env.str('BIND', '127.0.0.1')}:{env.int('PORT', 8000)}"
workers = env.int("WEB_CONCURRENCY", 2)
worker_class = "gthread"
threads = 4  # as many as the connection pool in portal/settings/databases.py has connections
timeout = 30
control_socket_disable = True
# Gunicorn's maximum: a list with many filters has a long URL.
limit_request_line = 8190
# htmx sends the URL of the page in a header.
limit_request_field_size = 2 * limit_request_line
# Gunicorn trusts no proxy, because portal/web/proxies.py checks TRUSTED_PROXIES.
forwarded_allow_ips = ""
LOGGERS = {
    "text": "portal.web.server_log.ServerLogger",
    "json": "portal.web.server_log.JsonServerLogger",
}
logger_class = LOGGERS.get(env.str("LOG_FORMAT", "text"), LOGGERS["text"])
accesslog = _access_log(env.str("ACCESS_LOG", "false"))
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'


def on_starting(_server: Arbiter) -> None:
    """Do not start with invalid settings or missing migrations."""
    if not _passes_start_check():
        sys.exit(1)


def on_reload(_server: Arbiter) -> None:
    """Log what would have kept the server from starting; /readyz then responds with 503."""
    _passes_start_check()


def _passes_start_check() -> bool:
    """False where the server must not start. True where that is unknown after `timeout`.

    In a process of its own: workers inherit modules that this process has imported, and would not
    read their new version after a reload.
    """
    check = get_context("fork").Process(target=_check)
    check.start()
    check.join(timeout)
    if check.exitcode is None:
        check.kill()
        getLogger("gunicorn.error").warning("The start check took more than %s seconds.", timeout)
    return not check.exitcode


def _check() -> None:
    from portal.start_check import can_start

    sys.exit(not can_start())


def post_worker_init(worker: Worker) -> None:
    """Exclude all objects that exist now from garbage collection: they stay for good."""
    gc.collect()
    gc.freeze()
