"""Errors are sent to Sentry only if SENTRY_DSN is set, and without data of customers."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace
from typing import Any

from portal.tests.processes import run_python
from portal.web.error_reports import reduce_event

SETTINGS = {"DJANGO_SETTINGS_MODULE": "portal.settings.development"}
SCRIPT = "import sys, portal.wsgi; print('sentry_sdk' in sys.modules)"


def test_sentry_is_imported_only_with_its_setting() -> None:
    without = run_python("-c", SCRIPT, environment=SETTINGS)
    dsn = {"SENTRY_DSN": "http://key@127.0.0.1:1/1"}
    with_dsn = run_python("-c", SCRIPT, environment={**SETTINGS, **dsn})

    assert (without.stdout, with_dsn.stdout) == ("False\n", "True\n")


def test_an_invalid_sentry_dsn_is_reported() -> None:
    started = run_python("-c", SCRIPT, environment={**SETTINGS, "SENTRY_DSN": "nonsense"})

    assert "ImproperlyConfigured: SENTRY_DSN: " in started.stderr


def test_an_event_has_no_request_variables_and_messages() -> None:
    record = logging.LogRecord(
        "portal", logging.ERROR, __file__, 1, "Failed: %s", ("/a/?q=secret",), None
    )
    record.request = SimpleNamespace(resolver_match=SimpleNamespace(view_name="customers:list"))
    frame = {"function": "f", "lineno": 1, "vars": {"email": "secret"}}
    event: Any = {
        "event_id": "1",
        "request": {"url": "/?q=secret", "headers": {"Authorization": "secret"}},
        "extra": {"request": "secret"},
        "user": {"email": "secret"},
        "logentry": {"message": "secret", "params": ["secret"]},
        "breadcrumbs": {"values": ["secret"]},
        "exception": {
            "values": [{"type": "E", "value": "secret", "stacktrace": {"frames": [frame]}}]
        },
    }

    reduced: Any = reduce_event(event, {"log_record": record})

    assert "secret" not in json.dumps(reduced)
    assert reduced["exception"]["values"] == [
        {"type": "E", "stacktrace": {"frames": [{"function": "f", "lineno": 1}]}}
    ]
    assert reduced["logentry"] == {"formatted": "Failed: /a/?..."}
    assert reduced["transaction"] == "customers:list"
