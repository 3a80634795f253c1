"""Logging: to standard error, with the id of the request in each line.

portal/web/log_formats.py keeps names and emails of customers out of it.
"""

from typing import Any

from environs import FileAwareEnv, validate

env = FileAwareEnv(strip_whitespace=True)

LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"]))
# Errors of the web server are sent to this address of Sentry.
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
        # Scanners send any Host header. The response is 400, and no administrator has to act.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Django leaves the body of a response to HEAD to the server; gunicorn warns of each one.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # Logs the URL of each request.
        "httpx2": {"level": "WARNING"},
    },
}
