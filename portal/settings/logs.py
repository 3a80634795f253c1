"""What is written down, and the id by which the lines about a request are found."""

from environs import Env

env = Env()

# No query strings: they hold names and email addresses that people searched for.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "portal.web.request_ids.RequestId"},
        "database_errors": {"()": "portal.databases.failures.DatabaseErrorFilter"},
    },
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} request={request_id}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "database_errors"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Scanners ask for any host; the answer is 400, and nothing is wrong here.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Django leaves it to the server to drop the body of an answer to HEAD; it warns of it.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
    },
}
