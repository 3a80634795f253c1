"""What psycopg's connection pool lacks while PostgreSQL is away: requests fail at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from django.conf import settings
from psycopg_pool import ConnectionPool, PoolTimeout

if TYPE_CHECKING:
    from psycopg.abc import PQGen

Result = TypeVar("Result")
Pool = ConnectionPool[Any]
# Seconds. PostgreSQL cancels a statement earlier, unless it hangs or its packets are lost.
EXTRA_SECONDS: Final = 2
UNREACHABLE: Final = "PostgreSQL cannot be reached"


class Connection(psycopg.Connection[Any]):
    """Closes itself if PostgreSQL does not reply within STATEMENT_TIMEOUT and two seconds.

    A host that is suspended still acknowledges packets: no option of TCP notices it.
    set_statement_timeout() uses this class, and sets the limit of PostgreSQL too.
    """

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        limit = settings.STATEMENT_TIMEOUT + EXTRA_SECONDS
        try:
            return super().wait(gen, interval, limit if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("PostgreSQL did not reply") from error


def fail_waiting_requests(pool: Pool) -> None:
    """Called after a failed attempt to connect: without this, requests wait for the timeout."""
    with pool._lock:
        waiting = [*pool._waiting]
        pool._waiting.clear()
    for request in waiting:
        request.fail(PoolTimeout(UNREACHABLE))


# With a `reconnect_timeout` of 0 the pool does not back off: the next request tries again.
OPTIONS: Final[dict[str, Any]] = {
    "reconnect_timeout": 0,
    "reconnect_failed": fail_waiting_requests,
}
