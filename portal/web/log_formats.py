"""Log lines as text or as JSON, without names and emails of customers.

Query strings are left out, because searches contain names and emails. Messages of exceptions are
left out, because databases and Python quote invalid values in messages.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

QUERY_STRING: Final = re.compile(r"\?[^\s\"'<>]+")

logger = logging.getLogger(__name__)


class LineFormatter(logging.Formatter):
    """Formats a log line as text. A traceback has the type of the exception, not its message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name in logging
        record.message = remove_query_strings(record.message)
        return super().formatMessage(record)

    def formatException(self, exc_info: Any) -> str:  # noqa: N802  the name and type in logging
        return format_traceback(exc_info[1])


class JsonFormatter(logging.Formatter):
    """Formats a log line as a JSON object with fixed fields.

    The formatter ignores other attributes of a record, because Django adds the request to records.
    """

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({**self._describe_record(record), **self._message_fields(record)})

    def _describe_record(self, record: logging.LogRecord) -> dict[str, Any]:
        time = datetime.fromtimestamp(record.created, UTC)
        return {
            "time": time.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
        }

    def _message_fields(self, record: logging.LogRecord) -> dict[str, Any]:
        fields = {
            "message": remove_query_strings(record.getMessage()),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info and record.exc_info[1]:
            fields["exception"] = format_traceback(record.exc_info[1])
        return fields


class JsonAccessFormatter(JsonFormatter):
    """Formats a line of gunicorn's access log as a JSON object."""

    def _message_fields(self, record: logging.LogRecord) -> dict[str, Any]:
        atoms: Any = record.args
        return {
            "message": f"{atoms['m']} {atoms['U']} {atoms['s']}",
            "request_id": atoms["{x-request-id}o"],
            "address": atoms["h"],
            "method": atoms["m"],
            "path": atoms["U"],
            "status": int(atoms["s"]),
            "bytes": atoms["B"],
            "milliseconds": atoms["D"] / 1_000,
        }


def log_python_warnings_and_exceptions() -> None:
    """Makes logging format the warnings and exceptions that Python would print to standard error.

    Python would also print the messages of exceptions, which may contain data of customers.
    """

    def log_exception(uncaught: Any) -> None:  # Any: the two hooks pass different types.
        error = uncaught.exc_value
        logger.error("Exception without a handler", exc_info=error)

    logging.captureWarnings(capture=True)
    threading.excepthook = sys.unraisablehook = log_exception


def remove_query_strings(text: str) -> str:
    """The text with "?..." in place of each query string."""
    return QUERY_STRING.sub("?...", text)


def format_traceback(error: BaseException | None) -> str:
    """The tracebacks of an exception and its causes, with types and error codes, no messages."""
    parts = [
        "".join(["Traceback (most recent call last):\n", *traceback.format_tb(each.__traceback__)])
        + _describe_exception(each)
        for each in _iterate_causes(error)
    ]
    return "\n\nThis exception led to the next one:\n\n".join(reversed(parts))


def _iterate_causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, its cause (or context), the cause of the cause, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _describe_exception(error: BaseException) -> str:
    """The type of an exception. Database errors also have their code and constraint."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    codes = (getattr(error, "sqlstate", None), getattr(error, "sqlite_errorname", None), constraint)
    details = ", ".join(code for code in codes if code)
    return f"{name} ({details})" if details else name
