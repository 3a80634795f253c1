"""Log lines as text or as JSON, without names and emails of customers.

Query strings contain them, because members search for them. Messages of exceptions contain them,
because databases and Python quote the value that they reject.
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
    """Text. A traceback ends with the type of the exception; its message is left out."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  as logging has it
        record.message = without_query_strings(record.message)
        return super().formatMessage(record)

    def formatException(self, exc_info: Any) -> str:  # noqa: N802  Any: as logging declares it
        return format_traceback(exc_info[1])


class JsonFormatter(logging.Formatter):
    """One JSON object on each line. Only these fields: Django attaches the request to records."""

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
            "message": without_query_strings(record.getMessage()),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info and record.exc_info[1]:
            fields["exception"] = format_traceback(record.exc_info[1])
        return fields


class JsonAccessFormatter(JsonFormatter):
    """One JSON object for each request. The record has the atoms of gunicorn's access log."""

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


def log_what_python_prints() -> None:
    """From now on, log warnings and exceptions that Python would print with their messages."""

    def log_exception(uncaught: Any) -> None:  # Any: two types with these attributes
        error = uncaught.exc_value
        logger.error("Exception without a handler", exc_info=error)

    logging.captureWarnings(capture=True)
    threading.excepthook = sys.unraisablehook = log_exception


def without_query_strings(text: str) -> str:
    """The text without what follows a question mark."""
    return QUERY_STRING.sub("?...", text)


def format_traceback(error: BaseException | None) -> str:
    """The lines of code of an exception and of those before it, each with its type and codes."""
    parts = [
        "".join(["Traceback (most recent call last):\n", *traceback.format_tb(each.__traceback__)])
        + _describe_exception(each)
        for each in _chain_of_causes(error)
    ]
    return "\n\nThis exception led to the next one:\n\n".join(reversed(parts))


def _chain_of_causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, then its cause or what was handled when it was raised, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _describe_exception(error: BaseException) -> str:
    """Its type, and a database's error code and constraint, which say what a message would."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    codes = (getattr(error, "sqlstate", None), getattr(error, "sqlite_errorname", None), constraint)
    details = ", ".join(code for code in codes if code)
    return f"{name} ({details})" if details else name
