"""What a pooler in transaction mode asks of us: nothing outlives a transaction."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler

from portal import server
from portal.settings.data import database_from, replica_from

URL = "postgres://portal@localhost/portal"
SOURCES = [
    path for path in (settings.BASE_DIR / "portal").rglob("*.py") if "tests" not in path.parts
]
# A cursor outside of a transaction, a lock or a setting that belongs to the connection.
LASTING = re.compile(
    r"\.iterator\(|chunked_cursor|pg_advisory_lock|\bLISTEN\b|\bSET SESSION\b|\bPREPARE\b"
)


@pytest.mark.parametrize("database", [database_from(URL), replica_from(URL)])
def test_no_statement_is_prepared_on_the_server(database: dict[str, Any]) -> None:
    connection: Any = ConnectionHandler({"default": database})["default"]

    assert connection.get_connection_params()["prepare_threshold"] is None
    assert "server_side_binding" not in database["OPTIONS"]


def test_each_thread_of_a_process_has_a_connection_of_the_pool() -> None:
    assert database_from(URL)["OPTIONS"]["pool"]["max_size"] == server.threads


def test_only_streams_have_a_cursor_and_theirs_is_in_a_transaction() -> None:
    lasting = [path.name for path in SOURCES if LASTING.search(path.read_text())]

    assert lasting == ["compiled.py"]


def test_cursors_of_streams_stay_on_the_server() -> None:
    # Without them a stream would be in memory as a whole.
    assert not database_from(URL)["DISABLE_SERVER_SIDE_CURSORS"]
