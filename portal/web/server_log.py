"""Gunicorn's log, without query strings: one line for each request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from gunicorn.glogging import Logger

MALFORMED: Final = "Invalid request from ip="


class ServerLogger(Logger):
    """The access log, and the warnings about requests that gunicorn rejects itself."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> Any:
        """Log the path percent-encoded, because a decoded line break would forge a log line."""
        atoms = super().atoms(resp, req, environ, request_time)
        # Not PATH_INFO, which is decoded, and missing for requests that gunicorn rejects.
        return {**atoms, "U": quote(req.path, safe="/%")}

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log only the address and the reason; gunicorn's message quotes the query string."""
        if str(msg).startswith(MALFORMED):
            msg = ": ".join(str(msg).split(": ")[:2])
        super().warning(msg, *args, **kwargs)
