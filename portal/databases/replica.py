"""What this process knows of the replica: up to which moment it certainly has everything."""

from __future__ import annotations

import logging
from collections import deque
from threading import Lock
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

ALIAS: Final = "replica"
SECONDS_BETWEEN_LOOKS: Final = 1.0
SECONDS_UNTIL_TRIED_AGAIN: Final = 5.0
NEVER: Final = float("-inf")
# Both compare as they are only within the database, so it answers with a number of bytes.
WRITTEN: Final = "SELECT pg_current_wal_lsn() - '0/0'"
REPLAYED: Final = "SELECT pg_last_wal_replay_lsn() - '0/0'"

logger = logging.getLogger(__name__)


class Replica:
    """Compares how far the primary has written with how far the replica has followed.

    Not the time of the last change on the replica: that stands still where nothing is written,
    and says nothing where the connection between the two is lost.
    """

    def __init__(self) -> None:
        self._looking = Lock()
        self._next_look = self._complete_until = NEVER
        # Moments, and how far the primary had written then: those that the replica may not have.
        self._ahead: deque[tuple[float, int]] = deque()

    def keeps_up(self) -> bool:
        """Whether nothing is missing there but what is younger than REPLICA_MAX_LAG."""
        if monotonic() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looking.release()
        return monotonic() - self._complete_until <= settings.REPLICA_MAX_LAG

    def give_up(self, reason: BaseException) -> None:
        """It did not answer: it is left alone for some seconds, and then has to prove itself."""
        logger.warning("The replica is left alone (%s)", str(reason).partition("\n")[0])
        self._next_look = monotonic() + SECONDS_UNTIL_TRIED_AGAIN
        self._complete_until = NEVER
        connections[ALIAS].close()

    def _look(self) -> None:
        now = monotonic()
        self._next_look = now + min(SECONDS_BETWEEN_LOOKS, settings.REPLICA_MAX_LAG / 4)
        written = _ask(DEFAULT_DB_ALIAS, WRITTEN)
        try:
            replayed = _ask(ALIAS, REPLAYED)
        except OperationalError as error:
            self.give_up(error)
            return
        self._ahead.append((now, written or 0))
        while self._ahead and now - self._ahead[0][0] > settings.REPLICA_MAX_LAG:
            self._ahead.popleft()
        # A server that is no replica of this primary has replayed nothing.
        while self._ahead and self._ahead[0][1] <= (replayed or -1):
            self._complete_until, _written = self._ahead.popleft()


def _ask(alias: str, question: str) -> int | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(question)
        [(position,)] = cursor.fetchall()
    return None if position is None else int(position)


replica: Final = Replica()
