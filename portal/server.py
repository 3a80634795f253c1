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
# prometheus_client reads this environment variable.
METRICS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


def _access_log_path(value: str) -> str | None:
    """The path of the access log, "-" for standard output, or None for no access log.

    Exits if the file is not writable.
    """
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
threads = 4  # The connection pool in portal/settings/databases.py has as many connections.
timeout = 30
control_socket_disable = True
# The maximum of gunicorn, because a list with many filters has a long URL.
limit_request_line = 8190
# Large enough for the header HX-Current-URL, in which htmx sends the URL of the page.
limit_request_field_size = 2 * limit_request_line
# Gunicorn trusts no proxy, because portal/web/proxies.py checks TRUSTED_PROXIES.
forwarded_allow_ips = ""
LOGGER_CLASSES = {
    "text": "portal.web.server_log.ServerLogger",
    "json": "portal.web.server_log.JsonServerLogger",
}
logger_class = LOGGER_CLASSES.get(env.str("LOG_FORMAT", "text"), LOGGER_CLASSES["text"])
accesslog = _access_log_path(env.str("ACCESS_LOG", "false"))
# The path has no query string, because searches contain names and email addresses.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'

has_metrics = bool(env.str("METRICS_TOKEN", "") or env.str("METRICS_ALLOWED", ""))
worker_numbers: WeakKeyDictionary[Worker, int] = WeakKeyDictionary()


def on_starting(_server: Arbiter) -> None:
    """Exits if settings are invalid or migrations are missing."""
    if not _passes_start_check():
        sys.exit(1)


def when_ready(_server: Arbiter) -> None:
    """Creates the directory for the files of metrics."""
    if has_metrics:
        # The directory is in memory, because on a full disk a write to a mapped file kills the
        # process.
        memory = Path("/dev/shm")  # noqa: S108
        parent = memory if os.access(memory, os.W_OK) else None
        os.environ[METRICS_DIRECTORY] = mkdtemp(prefix="portal-metrics-", dir=parent)


def on_exit(_server: Arbiter) -> None:
    """Removes the directory for the files of metrics."""
    if directory := os.environ.get(METRICS_DIRECTORY):
        shutil.rmtree(directory, ignore_errors=True)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Gives the worker the lowest free number, which may have belonged to a worker that ended."""
    used = {worker_numbers[other] for other in server.WORKERS.values()}
    worker_numbers[worker] = next(number for number in count() if number not in used)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Removes the imported modules of Portal, and chooses the worker's files of metrics.

    A worker inherits the modules of the parent process, which are old after a reload.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "portal"]:
        del sys.modules[name]
    if has_metrics:
        from prometheus_client import values

        number = worker_numbers[worker]
        values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]


def on_reload(_server: Arbiter) -> None:
    """Logs the errors that would prevent a start. A server that reloads does not exit."""
    _passes_start_check()


def _passes_start_check() -> bool:
    """Whether the server can start. True if the check has no result after `timeout` seconds.

    The check runs in a new process, so that this process does not import the modules of Portal.
    Workers inherit imported modules, which would be old after a reload.
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
    """Excludes all present objects from garbage collection, because the worker always uses them."""
    gc.collect()
    gc.freeze()
