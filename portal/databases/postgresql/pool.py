"""Makes requests fail at once, instead of waiting, while PostgreSQL cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from django.conf import settings
from psycopg_pool import ConnectionPool, PoolTimeout

if TYPE_CHECKING:
    from psycopg.abc import PQGen

Result = TypeVar("Result")
Pool = ConnectionPool[Any]
# The client waits this much longer than STATEMENT_TIMEOUT, because PostgreSQL usually cancels the
# statement itself.
EXTRA_SECONDS: Final = 2
UNREACHABLE_MESSAGE: Final = "PostgreSQL cannot be reached"


class Connection(psycopg.Connection[Any]):
    """Closes itself if PostgreSQL does not reply within STATEMENT_TIMEOUT plus two seconds.

    The host of a suspended server still acknowledges packets, so a TCP option would not notice the
    suspension. set_statement_timeout() makes the pool use this class.
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
    """Fails the requests that wait for a connection, after the pool could not connect.

    The requests would otherwise wait until the timeout of the pool.
    """
    with pool._lock:
        waiting = [*pool._waiting]
        pool._waiting.clear()
    for request in waiting:
        request.fail(PoolTimeout(UNREACHABLE_MESSAGE))


# With a `reconnect_timeout` of 0 the pool does not retry: the next request tries to connect.
POOL_OPTIONS: Final[dict[str, Any]] = {
    "reconnect_timeout": 0,
    "reconnect_failed": fail_waiting_requests,
}
