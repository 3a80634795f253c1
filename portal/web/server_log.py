"""Gunicorn's log, with one line for each request and no query strings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from gunicorn.glogging import Logger

MALFORMED: Final = "Invalid request from ip="


class ServerLogger(Logger):
    """The access log, and what gunicorn says of requests that it refuses itself."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> Any:
        """The path as it was sent: decoded, it may hold line breaks and so forge a line."""
        atoms = super().atoms(resp, req, environ, request_time)
        # Not PATH_INFO: Django decodes it, and gunicorn has none for what it refuses itself.
        return {**atoms, "U": quote(req.path, safe="/%")}

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """The address and the reason alone; gunicorn quotes the request line, with its query."""
        if str(msg).startswith(MALFORMED):
            msg = ": ".join(str(msg).split(": ")[:2])
        super().warning(msg, *args, **kwargs)
