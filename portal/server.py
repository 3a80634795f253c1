"""How gunicorn serves Portal: `gunicorn -c python:portal.server portal.wsgi`."""

import gc

from environs import Env
from gunicorn.workers.base import Worker

env = Env()

bind = f"{env.str('BIND', '127.0.0.1')}:{env.int('PORT', 8000)}"
workers = env.int("WEB_CONCURRENCY", 2)
worker_class = "gthread"
threads = 4  # each has a connection of the pool in portal/settings/databases.py
timeout = 30
control_socket_disable = True
# As long as gunicorn takes: a list with many filters has a long address.
limit_request_line = 8190
# Scripts send the address of their page as a header.
limit_request_field_size = 2 * limit_request_line
# Only portal/web/proxies.py decides which proxy is trusted; gunicorn trusts none.
forwarded_allow_ips = ""
logger_class = "portal.web.server_log.ServerLogger"
# The path without its query string: people search for names and email addresses.
accesslog = "-" if env.bool("ACCESS_LOG", False) else None
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'


def post_worker_init(worker: Worker) -> None:
    """What is loaded by now stays: the garbage collector need not look through it every time."""
    gc.collect()
    gc.freeze()
