"""Settings of logging to standard error. Each line has the id of the request.

portal/web/log_formats.py removes names and emails of customers from log lines.
"""

from typing import Any

from environs import FileAwareEnv, validate

env = FileAwareEnv(strip_whitespace=True)

LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"]))
# The web server sends errors to this Sentry project.
SENTRY_DSN = env.str("SENTRY_DSN", "")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "portal.web.request_ids.RequestIdFilter"},
        "database_errors": {"()": "portal.databases.failures.DatabaseErrorFilter"},
    },
    "formatters": {
        "line": {
            "class": "portal.web.log_formats.LineFormatter",
            "format": "{asctime} {levelname} {name} request={request_id}: {message}",
            "style": "{",
        },
        "json": {"class": "portal.web.log_formats.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id", "database_errors"],
            "formatter": {"text": "line", "json": "json"}[LOG_FORMAT],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Wrong Host headers are not logged, because scanners send such headers all the time.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Hides a warning for each response to HEAD, whose body Django leaves to gunicorn to remove.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # httpx2 would log the URL of each request at level INFO.
        "httpx2": {"level": "WARNING"},
    },
}
