"""How gunicorn serves Portal: `gunicorn -c python:portal.server portal.wsgi`."""

from environs import Env

env = Env()

bind = f"{env.str('BIND', '127.0.0.1')}:{env.int('PORT', 8000)}"
workers = env.int("WEB_CONCURRENCY", 2)
worker_class = "gthread"
threads = 4
timeout = 30
control_socket_disable = True
# What a proxy forwards is judged in one place, portal/proxies.py: gunicorn itself trusts nobody.
forwarded_allow_ips = ""
# The path without its query string: people search for names and email addresses.
accesslog = "-" if env.bool("ACCESS_LOG", False) else None
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms request=%({x-request-id}o)s'
