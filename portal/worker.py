"""Gunicorn's worker, taught to let Portal answer what cannot be read as a request.

Gunicorn itself would answer with a page of its own, without our headers, to programs as well.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from gunicorn.glogging import Logger
from gunicorn.http import errors, message, parser, wsgi
from gunicorn.http.unreader import IterUnreader, Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

# How much of an unreadable request is looked at to find out what it wanted.
BEGINNING: Final = 16 * 1024
TARGET: Final = re.compile(rb"[^\s]+ (?:https?://[^/\s]*)?(/[^\s?#]{0,2000})")
# What still counts of its headers: the form of the answer, and what a proxy says.
HEADERS: Final = re.compile(rb"^(accept|x-forwarded-for|x-request-id):([ -~]*)\r$", re.I | re.M)
STATUSES: Final = {errors.LimitRequestLine: 414, errors.LimitRequestHeaders: 431}
# Found while the rest of a body is thrown away: the answer is on its way by then.
TOO_LATE: Final = (
    errors.InvalidChunkSize,
    errors.InvalidChunkExtension,
    errors.ChunkMissingTerminator,
)


class AccessLogger(Logger):
    """One line for each request, whatever its path holds."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        return {**atoms, "U": quote(environ["PATH_INFO"].encode("latin-1"))}


class Unreadable(Exception):
    """A request that breaks the rules of HTTP or our limits, with how it began."""

    def __init__(self, reason: errors.ParseException, beginning: bytes) -> None:
        super().__init__(type(reason).__name__)
        self.status = STATUSES.get(type(reason), 400)
        self.beginning = beginning


class Request(message.Request):
    """Remembers how it began for as long as it is read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.beginning = b""
        try:
            super().__init__(*args, **options)
        except errors.ParseException as reason:
            raise Unreadable(reason, self.beginning) from None

    def read_into(
        self,
        unreader: Unreader,
        buf: bytearray,
        stop: bool | None = False,  # noqa: FBT001, FBT002  as gunicorn has it
    ) -> None:
        start = len(buf)
        super().read_into(unreader, buf, stop)
        if len(self.beginning) < BEGINNING:
            self.beginning += bytes(buf[start : start + BEGINNING])


class Parser(parser.RequestParser):
    """Reads such requests."""

    mesg_class = Request


class Worker(ThreadWorker):
    """Serves with threads; every answer comes from the application."""

    def enqueue_req(self, conn: TConn) -> None:
        if conn.parser is None:
            conn.parser = Parser(self.cfg, conn.sock, conn.client)
        super().enqueue_req(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if isinstance(exc, Unreadable):
            with contextlib.suppress(OSError):
                self._answer(exc, client, addr)
        elif not isinstance(exc, TOO_LATE):
            super().handle_error(req, client, addr, exc)

    def _answer(self, unreadable: Unreadable, client: Any, addr: Any) -> None:
        """What the application says to a request in place of the unreadable one."""
        application: Any = self.wsgi  # whose answers can be closed
        started = datetime.now()  # noqa: DTZ005  as gunicorn measures
        source = IterUnreader([_stand_in(unreadable.beginning)])
        request = message.Request(self.cfg, source, addr)
        response, environ = wsgi.create(request, client, addr, client.getsockname(), self.cfg)
        environ["portal.refused"] = unreadable.status
        environ["wsgi.multithread"] = True
        response.force_close()
        with contextlib.closing(application(environ, response.start_response)) as parts:
            for part in parts:
                response.write(part)
            response.close()
        self.log.access(response, request, environ, datetime.now() - started)  # noqa: DTZ005


def _stand_in(beginning: bytes) -> bytes:
    """A short request for the same path, as far as that can be made out, in the same form."""
    method = b"HEAD" if beginning.startswith(b"HEAD ") else b"GET"
    target = TARGET.match(beginning)
    path = quote(target[1] if target else b"/", safe="%/~!$&'()*+,;=:@").encode()
    lines = [b"%s %s HTTP/1.1" % (method, path)]
    lines += [b"%s:%s" % header for header in HEADERS.findall(beginning)]
    return b"\r\n".join([*lines, b"", b""])
