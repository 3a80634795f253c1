"""The connection settings of SQLite: readers never wait, and a writer waits for another writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from portal.settings.databases import database_from_url

Connections = tuple[Any, Any]


@pytest.fixture
def connections(tmp_path: Path, db: None) -> Iterator[Connections]:
    """Two connections to one SQLite file. The second connection does not wait for a lock."""
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    waiting, not_waiting = database_from_url(url), database_from_url(url)
    not_waiting["OPTIONS"] = {**not_waiting["OPTIONS"], "timeout": 0}
    handler = ConnectionHandler({"default": waiting, "second": not_waiting})
    with closing(handler["default"]) as first, closing(handler["second"]) as second:
        first.cursor().execute("CREATE TABLE things (name TEXT)")
        yield first, second


def _pragma(connection: Any, name: str) -> Any:
    [(value,)] = connection.cursor().execute(f"PRAGMA {name}").fetchall()
    return value


def test_connections_use_the_write_ahead_log_and_wait_for_locks(connections: Connections) -> None:
    first, _second = connections

    assert _pragma(first, "journal_mode") == "wal"
    assert _pragma(first, "busy_timeout") == 20_000
    assert _pragma(first, "synchronous") == 1  # 1 is NORMAL, which is safe with WAL.
    assert _pragma(first, "foreign_keys") == 1


def test_a_transaction_takes_the_write_lock_when_it_begins(connections: Connections) -> None:
    first, second = connections
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    with pytest.raises(OperationalError, match="locked"):
        second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    first.rollback()


def test_readers_do_not_wait_for_a_writer(connections: Connections) -> None:
    first, second = connections
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.cursor().execute("INSERT INTO things VALUES ('new')")

    assert second.cursor().execute("SELECT COUNT(*) FROM things").fetchone() == (0,)

    first.commit()
    assert second.cursor().execute("SELECT COUNT(*) FROM things").fetchone() == (1,)
