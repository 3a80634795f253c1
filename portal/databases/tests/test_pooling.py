"""PgBouncer in transaction mode: a connection may have no state that outlives a transaction."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler

from portal import server
from portal.settings.databases import database_from_url, replica_from_url

URL = "postgres://portal@localhost/portal"
SOURCES = [
    path for path in (settings.BASE_DIR / "portal").rglob("*.py") if "tests" not in path.parts
]
# Matches SQL for cursors, locks and settings of a whole connection.
USES_CONNECTION_STATE = re.compile(
    r"\.iterator\(|chunked_cursor|pg_advisory_lock|\bLISTEN\b|\bSET SESSION\b|\bPREPARE\b"
)


@pytest.mark.parametrize("database", [database_from_url(URL), replica_from_url(URL)])
def test_statements_are_not_prepared_on_the_server(database: dict[str, Any]) -> None:
    connection: Any = ConnectionHandler({"default": database})["default"]

    assert connection.get_connection_params()["prepare_threshold"] is None
    assert "server_side_binding" not in database["OPTIONS"]


def test_the_pool_has_a_connection_for_each_thread_of_a_process() -> None:
    assert database_from_url(URL)["OPTIONS"]["pool"]["max_size"] == server.threads


def test_only_streams_open_a_cursor_which_is_in_a_transaction() -> None:
    found = [path.name for path in SOURCES if USES_CONNECTION_STATE.search(path.read_text())]

    assert found == ["compiled.py"]


def test_streams_use_server_side_cursors() -> None:
    # With a client-side cursor, memory would hold all rows of a stream.
    assert not database_from_url(URL)["DISABLE_SERVER_SIDE_CURSORS"]
