"""Logging: to standard error, with the id of the request in each line."""

from environs import FileAwareEnv

env = FileAwareEnv(strip_whitespace=True)

# Log lines must not have query strings, which contain names and email addresses of searches.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "portal.web.request_ids.RequestIdFilter"},
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
        # Scanners send any Host header. The response is 400, and no administrator has to act.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Django leaves the body of a response to HEAD to the server; gunicorn warns of each one.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # Logs the URL of each request.
        "httpx2": {"level": "WARNING"},
    },
}
