"""Gunicorn's configuration: `gunicorn -c python:portal.server portal.wsgi`."""

import gc

from environs import FileAwareEnv
from gunicorn.workers.base import Worker

env = FileAwareEnv(strip_whitespace=True)

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
logger_class = "portal.web.server_log.ServerLogger"
# Without query strings, which contain names and email addresses of searches.
accesslog = "-" if env.bool("ACCESS_LOG", False) else None
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'


def post_worker_init(worker: Worker) -> None:
    """Exclude all objects that exist now from garbage collection: they stay for good."""
    gc.collect()
    gc.freeze()
