"""Sends errors to Sentry, without data of customers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ImproperlyConfigured

from portal import __version__
from portal.web.log_formats import remove_query_strings
from portal.web.request_ids import current_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# The fields that are sent. Other fields may contain query strings, headers, messages of exceptions
# or local variables.
EVENT_FIELDS: Final = (
    *("event_id", "timestamp", "platform", "level", "logger"),
    *("release", "environment", "server_name", "sdk"),
)
EXCEPTION_FIELDS: Final = ("type", "module", "mechanism")
FRAME_FIELDS: Final = (
    *("filename", "abs_path", "module", "function", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),
)


def send_errors_to_sentry(dsn: str) -> None:
    """Makes logging send each record of level ERROR to Sentry.

    Does not use Sentry's integration for Django, which sends requests and queries. Temporary
    database errors are not sent, because their level is WARNING. Raises ImproperlyConfigured.
    """
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.utils import BadDsn

    integrations = [
        LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
        AtexitIntegration(callback=lambda _pending, _timeout: None),
    ]
    try:
        sentry_sdk.init(
            dsn,
            release=__version__,
            default_integrations=False,
            integrations=integrations,
            send_default_pii=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            auto_session_tracking=False,
            before_send=reduce_event,
        )
    except BadDsn as error:
        raise ImproperlyConfigured(f"SENTRY_DSN: {error}") from error


def reduce_event(event: Event, hint: Hint) -> Event:
    """The event with only EVENT_FIELDS, the name of the route and the id of the request."""
    record: logging.LogRecord = hint["log_record"]
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    given: dict[str, Any] = dict(event)
    exceptions = given.get("exception", {}).get("values", [])
    reduced: Any = {
        **_select_fields(given, EVENT_FIELDS),
        "logentry": {"formatted": remove_query_strings(record.getMessage())},
        "exception": {"values": [_reduce_exception(each) for each in exceptions]},
        "tags": {"request_id": current_id.get()},
    }
    if match:
        reduced["transaction"] = match.view_name
    result: Event = reduced
    return result


def _reduce_exception(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames", [])
    return {
        **_select_fields(exception, EXCEPTION_FIELDS),
        "stacktrace": {"frames": [_select_fields(frame, FRAME_FIELDS) for frame in frames]},
    }


def _select_fields(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
