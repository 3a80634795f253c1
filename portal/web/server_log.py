"""The logger class of gunicorn, for its access log and its error log, without query strings."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from gunicorn.glogging import Logger

from portal.web.log_formats import JsonAccessFormatter, JsonFormatter, LineFormatter

MALFORMED_REQUEST_PREFIX: Final = "Invalid request from ip="


class ServerLogger(Logger):
    """Logs as text, without query strings and without messages of exceptions."""

    error_formatter: logging.Formatter = LineFormatter(Logger.error_fmt, Logger.datefmt)
    access_formatter: logging.Formatter = LineFormatter(Logger.access_fmt)

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(self.error_formatter)
        for handler in self.access_log.handlers:
            handler.setFormatter(self.access_formatter)

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> Any:
        """Percent-encodes the path, because a decoded line break could forge a log line."""
        atoms = super().atoms(resp, req, environ, request_time)
        # PATH_INFO is decoded, and missing for requests that gunicorn rejects.
        return {**atoms, "U": quote(req.path, safe="/%")}

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Cuts a message about a malformed request after the reason, so it has no query string."""
        if str(msg).startswith(MALFORMED_REQUEST_PREFIX):
            msg = ": ".join(str(msg).split(": ")[:2])
        super().warning(msg, *args, **kwargs)


class JsonServerLogger(ServerLogger):
    """Logs as JSON objects."""

    error_formatter = JsonFormatter()
    access_formatter = JsonAccessFormatter()
