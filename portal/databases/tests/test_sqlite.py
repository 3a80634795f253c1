"""SQLite as it is set up: readers never wait, a writer waits for the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from portal.settings.data import database_from

Connections = tuple[Any, Any]


@pytest.fixture
def two(tmp_path: Path, db: None) -> Iterator[Connections]:
    """Connections to one file; the second has no patience."""
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    patient, hasty = database_from(url), database_from(url)
    hasty["OPTIONS"] = {**hasty["OPTIONS"], "timeout": 0}
    handler = ConnectionHandler({"default": patient, "hasty": hasty})
    with closing(handler["default"]) as first, closing(handler["hasty"]) as second:
        first.cursor().execute("CREATE TABLE things (name TEXT)")
        yield first, second


def _pragma(connection: Any, name: str) -> Any:
    [(value,)] = connection.cursor().execute(f"PRAGMA {name}").fetchall()
    return value


def test_the_log_is_written_ahead_and_a_writer_has_patience(two: Connections) -> None:
    patient, _hasty = two

    assert _pragma(patient, "journal_mode") == "wal"
    assert _pragma(patient, "busy_timeout") == 20_000
    assert _pragma(patient, "synchronous") == 1  # NORMAL, which is safe with this log
    assert _pragma(patient, "foreign_keys") == 1


def test_a_transaction_takes_the_lock_of_a_writer_at_its_beginning(two: Connections) -> None:
    first, second = two
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    with pytest.raises(OperationalError, match="locked"):
        second.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    first.rollback()


def test_who_reads_waits_for_nobody(two: Connections) -> None:
    first, second = two
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.cursor().execute("INSERT INTO things VALUES ('new')")

    assert second.cursor().execute("SELECT COUNT(*) FROM things").fetchone() == (0,)

    first.commit()
    assert second.cursor().execute("SELECT COUNT(*) FROM things").fetchone() == (1,)
