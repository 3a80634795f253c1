"""A real replica: who reads from it, who does not, and what happens when it lags or is gone.

Where replaying is paused, the replica shows an older name than the primary: that tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import Cluster, replica_of, start, stop, until
from e2e.postgres.conftest import LIST, PAGE
from e2e.server import Server, serve

CUSTOMER = "8WSAJCJ"
DETAIL = f"{LIST}{CUSTOMER}/"
STREAM = {"Accept": "application/x-ndjson"}
RENAME = "UPDATE customers_customer SET name = %s WHERE identifier = %s"
REVOKE = "UPDATE organizers_apitoken SET revoked = now() WHERE name = 'gone'"
LAG = 3
numbers = count(1)


@pytest.fixture(scope="module")
def replica(cluster: Cluster) -> Iterator[Cluster]:
    with replica_of(cluster) as replica:
        yield replica


@pytest.fixture(scope="module")
def server(cluster: Cluster, replica: Cluster, directory: Path, name: str) -> Iterator[Server]:
    url = cluster.url(name)
    given = {"DATABASE_URL": url, "DATABASE_REPLICA_URL": replica.url(name)}
    more = {**given, "REPLICA_MAX_LAG": str(LAG), "WEB_CONCURRENCY": "1"}
    with serve(directory, more, commands={"DATABASE_URL": url}) as server:
        yield server


@pytest.fixture
def stand_still(
    cluster: Cluster, replica: Cluster, name: str, program: httpx.Client
) -> Iterator[Callable[[], str]]:
    """Pauses the replica while it is read, and gives the new name that only the primary has."""

    def pause() -> bool:
        position = cluster.ask("SELECT pg_current_wal_lsn()")
        until(lambda: bool(replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")))
        replica.ask("SELECT pg_wal_replay_pause()")
        until(lambda: replica.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
        names.append(_rename(cluster, name))
        if program.get(DETAIL).json()["name"] != names[-1]:
            return True
        replica.ask("SELECT pg_wal_replay_resume()")
        return False

    def pause_once_it_is_read() -> str:
        until(pause)
        return names[-1]

    names: list[str] = []
    yield pause_once_it_is_read
    replica.ask("SELECT pg_wal_replay_resume()")


@pytest.fixture
def newest(stand_still: Callable[[], str]) -> str:
    return stand_still()


def _rename(cluster: Cluster, name: str) -> str:
    new = f"Renamed {next(numbers)}"
    with cluster.connect(name) as connection:
        connection.execute(RENAME, (new, CUSTOMER))
    return new


@pytest.mark.parametrize(
    ("path", "headers"), [(f"{LIST}?search={CUSTOMER}", {}), (DETAIL, {}), (LIST, STREAM)]
)
def test_programs_read_from_the_replica(
    program: httpx.Client, newest: str, path: str, headers: dict[str, str]
) -> None:
    response = program.get(path, headers=headers)

    assert response.status_code == 200
    assert CUSTOMER in response.text
    assert newest not in response.text


@pytest.mark.parametrize("path", [f"{PAGE}?search={CUSTOMER}", f"{PAGE}{CUSTOMER}/"])
def test_people_read_from_the_replica(person: httpx.Client, newest: str, path: str) -> None:
    response = person.get(path)

    assert response.status_code == 200
    assert newest not in response.text


def test_whoever_just_sent_something_reads_from_the_primary(
    person: httpx.Client, newest: str
) -> None:
    tokens = "/organizers/bigevents/tokens/"
    person.get(tokens)
    csrf = person.cookies["csrftoken"]

    person.post(tokens, data={"csrfmiddlewaretoken": csrf})

    assert newest in person.get(f"{PAGE}?search={CUSTOMER}").text


def test_a_program_that_may_change_customers_reads_from_the_primary(
    server: Server, newest: str
) -> None:
    key = server.manage(
        "create_token", "bigevents", "--name", "sync", "--permission", "organizer.customers:read",
        "--permission", "organizer.customers:write",
    )  # fmt: skip
    headers = {"Authorization": f"Token {key.split()[-1]}"}

    assert httpx.get(f"{server.url}{DETAIL}", headers=headers).json()["name"] == newest


@pytest.fixture
def key(server: Server) -> str:
    """Of a token named `gone`. Making it takes a while, and a replica falls too far behind."""
    return server.manage("create_token", "bigevents", "--name", "gone").split()[-1]


def test_a_token_that_was_revoked_is_refused_by_the_next_request(
    cluster: Cluster, name: str, server: Server, key: str, newest: str
) -> None:
    headers = {"Authorization": f"Token {key}"}
    assert httpx.get(f"{server.url}{DETAIL}", headers=headers).json()["name"] != newest

    cluster.ask(REVOKE, name)

    assert httpx.get(f"{server.url}{DETAIL}", headers=headers).status_code == 401


def test_a_replica_that_lags_is_not_read(program: httpx.Client, newest: str) -> None:
    until(lambda: program.get(DETAIL).json()["name"] == newest)


@pytest.mark.usefixtures("newest")
def test_a_replica_that_lost_its_primary_is_not_read(
    cluster: Cluster, replica: Cluster, name: str, program: httpx.Client
) -> None:
    _let_it_follow(replica, "nowhere")
    cluster.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication")
    replica.ask("SELECT pg_wal_replay_resume()")

    newest = _rename(cluster, name)

    until(lambda: program.get(DETAIL).json()["name"] == newest)
    _let_it_follow(replica, str(cluster.directory))


def _let_it_follow(replica: Cluster, host: str) -> None:
    replica.ask(f"ALTER SYSTEM SET primary_conninfo = 'host={host} user=portal'")
    replica.ask("SELECT pg_reload_conf()")


def test_a_replica_that_goes_is_missed_by_nobody_and_found_again(
    replica: Cluster, program: httpx.Client, stand_still: Callable[[], str]
) -> None:
    stand_still()
    paths = [LIST, f"{LIST}?search=doe", DETAIL] * 40

    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(program.get, paths)
        stop(replica)

    assert [answer.status_code for answer in answers] == [200] * len(paths)
    start(replica)
    assert stand_still()


def test_a_stream_falls_back_as_well(
    replica: Cluster, program: httpx.Client, stand_still: Callable[[], str]
) -> None:
    newest = stand_still()
    stop(replica)

    response = program.get(LIST, headers=STREAM)

    assert (response.status_code, newest in response.text) == (200, True)
    start(replica)
