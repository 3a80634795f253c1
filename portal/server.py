"""Gunicorn's configuration: `gunicorn -c python:portal.server portal.wsgi`."""

import gc
import os
import shutil
import sys
from itertools import count
from logging import getLogger
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from weakref import WeakKeyDictionary

from environs import FileAwareEnv
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

env = FileAwareEnv(strip_whitespace=True)
# The library reads this variable.
METRICS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


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
# Without query strings, which contain names and email addresses of searches.
accesslog = _access_log(env.str("ACCESS_LOG", "false"))
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'

has_metrics = bool(env.str("METRICS_TOKEN", "") or env.str("METRICS_ALLOWED", ""))
worker_numbers: WeakKeyDictionary[Worker, int] = WeakKeyDictionary()


def on_starting(_server: Arbiter) -> None:
    """Do not start with invalid settings or missing migrations."""
    if not _passes_start_check():
        sys.exit(1)


def when_ready(_server: Arbiter) -> None:
    """Create the directory for metrics."""
    if has_metrics:
        # In memory: a write to a mapped file ends the process where the disk is full.
        memory = Path("/dev/shm")  # noqa: S108
        parent = memory if os.access(memory, os.W_OK) else None
        os.environ[METRICS_DIRECTORY] = mkdtemp(prefix="portal-metrics-", dir=parent)


def on_exit(_server: Arbiter) -> None:
    """Remove the directory for metrics."""
    if directory := os.environ.get(METRICS_DIRECTORY):
        shutil.rmtree(directory, ignore_errors=True)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Give the worker the number of one that has ended, or a new one."""
    used = {worker_numbers[other] for other in server.WORKERS.values()}
    worker_numbers[worker] = next(number for number in count() if number not in used)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Let the worker import Portal anew, and continue the metrics of the number that it has.

    After a reload, the modules that this process has from its parent are of the old version.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "portal"]:
        del sys.modules[name]
    if has_metrics:
        from prometheus_client import values

        number = worker_numbers[worker]
        values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]


def on_reload(_server: Arbiter) -> None:
    """Log what would have prevented a start of the server. /readyz reports missing migrations."""
    _passes_start_check()


def _passes_start_check() -> bool:
    """False where the server must not start. True where that is unknown after `timeout`.

    In a process of its own: workers inherit modules that this process has imported, and would not
    read their new version after a reload.
    """
    check = get_context("fork").Process(target=_check_start)
    check.start()
    check.join(timeout)
    if check.exitcode is None:
        check.kill()
        getLogger("gunicorn.error").warning("The start check took more than %s seconds.", timeout)
        return True
    return check.exitcode == 0


def _check_start() -> None:
    from portal.start_check import can_start

    sys.exit(not can_start())


def post_worker_init(worker: Worker) -> None:
    """Exclude all objects that exist now from garbage collection: they stay for good."""
    gc.collect()
    gc.freeze()
