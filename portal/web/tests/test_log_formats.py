"""Log lines as text and JSON have no query strings and no messages of exceptions."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.db import IntegrityError, connection

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.tests.processes import run_python
from portal.web.log_formats import JsonFormatter, LineFormatter

EMAIL = "secret@example.org"
FORMATTERS = [LineFormatter("%(levelname)s %(message)s"), JsonFormatter()]


def _format(formatter: logging.Formatter, message: str, *args: object, **more: Any) -> str:
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, message, args, None)
    for name, value in more.items():
        setattr(record, name, value)
    return formatter.format(record)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_query_string_is_left_out(formatter: logging.Formatter) -> None:
    line = _format(formatter, "Error handling request %s", "/list/?search=secret&x=1")

    assert "Error handling request /list/?..." in line
    assert "secret" not in line


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_database_error_has_its_code_and_not_its_message(formatter: logging.Formatter) -> None:
    User.objects.create_user(EMAIL, PASSWORD)
    with pytest.raises(IntegrityError) as raised:
        User.objects.create_user(EMAIL, PASSWORD)

    error = (IntegrityError, raised.value, raised.tb)
    line = _format(formatter, "Server error", exc_info=error)

    assert "django.db.utils.IntegrityError" in line
    assert ("23505" if connection.vendor == "postgresql" else "SQLITE_CONSTRAINT_UNIQUE") in line
    assert "secret" not in line


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_traceback_has_the_lines_of_every_exception_in_the_chain(
    formatter: logging.Formatter,
) -> None:
    try:
        try:
            int(EMAIL)
        except ValueError as error:
            raise RuntimeError(EMAIL) from error
    except RuntimeError:
        line = _format(formatter, "Server error", exc_info=sys.exc_info())

    assert line.index("ValueError") < line.index("RuntimeError")
    assert line.count("test_a_traceback_has_the_lines_of_every_exception_in_the_chain") == 2
    assert "secret" not in line


def test_a_json_line_has_only_fixed_fields() -> None:
    line = _format(JsonFormatter(), "Hello\n%s", "\udcff", request="<GET ?secret>", request_id="r1")

    fields = json.loads(line)
    assert fields.pop("time")
    assert fields.pop("process")
    assert fields == {
        "level": "ERROR",
        "logger": "portal",
        "message": "Hello\n\udcff",
        "request_id": "r1",
    }
    assert "\n" not in line


def test_exceptions_without_a_handler_and_warnings_are_logged_without_messages() -> None:
    script = """
import threading, warnings, portal.wsgi
class Broken:
    def __del__(self): raise ValueError("secret")
Broken()
threading.Thread(target=int, args=["secret"]).start()
warnings.warn("A warning about /list/?search=secret")
"""
    environment = {"DJANGO_SETTINGS_MODULE": "portal.settings.test"}

    printed = run_python("-c", script, environment=environment).stderr

    assert printed.count("Exception without a handler") == 2
    assert "UserWarning: A warning about /list/?..." in printed
    assert "secret" not in printed.replace('"secret"', "")
