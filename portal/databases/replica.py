"""Measures whether the replica is at most REPLICA_MAX_LAG seconds behind the primary."""

from __future__ import annotations

import logging
from collections import deque
from threading import Lock
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

REPLICA_ALIAS: Final = "replica"
SECONDS_BETWEEN_CHECKS: Final = 1.0
SECONDS_UNTIL_RETRY: Final = 5.0
NEVER: Final = float("-inf")
# In bytes. A log position (LSN) is a type of PostgreSQL; its difference from 0/0 is a number.
WRITE_POSITION: Final = "SELECT pg_current_wal_lsn() - '0/0'"
REPLAY_POSITION: Final = "SELECT pg_last_wal_replay_lsn() - '0/0'"

logger = logging.getLogger(__name__)


class Replica:
    """Compares the write position of the primary with the replay position of the replica.

    The time of the last replayed transaction is not the lag. This time becomes old even if the
    primary writes nothing, and does not show whether the replica is disconnected.
    """

    def __init__(self) -> None:
        self._check_lock = Lock()
        self._next_check = self._complete_until = NEVER
        # Times of checks, each with the write position of the primary at that time. The replica has
        # not replayed these positions yet.
        self._pending: deque[tuple[float, int]] = deque()

    def is_current(self) -> bool:
        """Whether the replica has replayed all writes that are older than REPLICA_MAX_LAG."""
        if monotonic() >= self._next_check and self._check_lock.acquire(blocking=False):
            try:
                self._measure_lag()
            finally:
                self._check_lock.release()
        return monotonic() - self._complete_until <= settings.REPLICA_MAX_LAG

    def pause_reads(self, reason: BaseException) -> None:
        """After an error: stops reads from the replica until a later check succeeds."""
        logger.warning("The replica is not read for now (%s)", str(reason).partition("\n")[0])
        self._next_check = monotonic() + SECONDS_UNTIL_RETRY
        self._complete_until = NEVER
        connections[REPLICA_ALIAS].close()

    def _measure_lag(self) -> None:
        now = monotonic()
        self._next_check = now + min(SECONDS_BETWEEN_CHECKS, settings.REPLICA_MAX_LAG / 4)
        written = _read_position(DEFAULT_DB_ALIAS, WRITE_POSITION)
        try:
            replayed = _read_position(REPLICA_ALIAS, REPLAY_POSITION)
        except OperationalError as error:
            self.pause_reads(error)
            return
        self._pending.append((now, written or 0))
        while self._pending and now - self._pending[0][0] > settings.REPLICA_MAX_LAG:
            self._pending.popleft()
        # A server that is not a replica has no replay position.
        while self._pending and self._pending[0][1] <= (replayed or -1):
            self._complete_until, _written = self._pending.popleft()


def _read_position(alias: str, sql: str) -> int | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        [(position,)] = cursor.fetchall()
    return None if position is None else int(position)


replica: Final = Replica()
