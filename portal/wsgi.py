"""The WSGI application of the web server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils.http import parse_header_parameters

from portal.databases.time_limits import set_statement_timeout
from portal.web.error_reports import send_errors_to_sentry
from portal.web.log_formats import log_python_warnings_and_exceptions
from portal.web.static_files import require_static_files

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log_python_warnings_and_exceptions()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
django_application = get_wsgi_application()
require_static_files()
set_statement_timeout(connections.settings)
if settings.SENTRY_DSN:
    send_errors_to_sentry(settings.SENTRY_DSN)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Calls Django's application. Removes a malformed Content-Type, which Django cannot parse."""
    try:
        parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except (TypeError, ValueError):
        # portal/errors.py then responds with 400.
        environ["CONTENT_TYPE"], environ["portal.bad_content_type"] = "", True
    return django_application(environ, start_response)
