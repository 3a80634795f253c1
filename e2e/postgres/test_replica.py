"""A streaming replica: which requests read from the replica, also if the replica lags or stops.

While replay is paused, a customer's name on the replica is older than on the primary. The name in
a response shows which database it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest

from e2e.postgres.clusters import (
    Cluster,
    run_replica_of,
    start_server,
    stop_server,
    wait_until_true,
)
from e2e.postgres.conftest import LIST, PAGE
from e2e.server import Server, serve

CUSTOMER = "8WSAJCJ"
DETAIL = f"{LIST}{CUSTOMER}/"
STREAM = {"Accept": "application/x-ndjson"}
RENAME_CUSTOMER = "UPDATE customers_customer SET name = %s WHERE identifier = %s"
REVOKE_TOKEN = "UPDATE organizers_apitoken SET revoked = now() WHERE name = 'revoked'"
LAG = 3
numbers = count(1)


@pytest.fixture(scope="module")
def replica(cluster: Cluster) -> Iterator[Cluster]:
    with run_replica_of(cluster) as replica:
        yield replica


@pytest.fixture(scope="module")
def server(cluster: Cluster, replica: Cluster, directory: Path, name: str) -> Iterator[Server]:
    url = cluster.url(name)
    urls = {"DATABASE_URL": url, "DATABASE_REPLICA_URL": replica.url(name)}
    environment = {**urls, "REPLICA_MAX_LAG": str(LAG), "WEB_CONCURRENCY": "1"}
    with serve(directory, environment, commands={"DATABASE_URL": url}) as server:
        yield server


@pytest.fixture
def pause_replay(
    cluster: Cluster, replica: Cluster, name: str, api_client: httpx.Client
) -> Iterator[Callable[[], str]]:
    """Pauses replay while the server reads from the replica; returns the primary's newer name."""

    def pause() -> bool:
        position = cluster.execute("SELECT pg_current_wal_lsn()")
        wait_until_true(
            lambda: bool(replica.execute(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))
        )
        replica.execute("SELECT pg_wal_replay_pause()")
        wait_until_true(
            lambda: replica.execute("SELECT pg_get_wal_replay_pause_state()") == "paused"
        )
        names.append(_rename(cluster, name))
        if api_client.get(DETAIL).json()["name"] != names[-1]:
            return True
        replica.execute("SELECT pg_wal_replay_resume()")
        return False

    def pause_while_it_is_read() -> str:
        wait_until_true(pause)
        return names[-1]

    names: list[str] = []
    yield pause_while_it_is_read
    replica.execute("SELECT pg_wal_replay_resume()")


@pytest.fixture
def newest(pause_replay: Callable[[], str]) -> str:
    """The name on the primary, which the replica does not have."""
    return pause_replay()


def _rename(cluster: Cluster, name: str) -> str:
    new = f"Renamed {next(numbers)}"
    with cluster.connect(name) as connection:
        connection.execute(RENAME_CUSTOMER, (new, CUSTOMER))
    return new


@pytest.mark.parametrize(
    ("path", "headers"), [(f"{LIST}?search={CUSTOMER}", {}), (DETAIL, {}), (LIST, STREAM)]
)
def test_api_clients_read_from_the_replica(
    api_client: httpx.Client, newest: str, path: str, headers: dict[str, str]
) -> None:
    response = api_client.get(path, headers=headers)

    assert response.status_code == 200
    assert CUSTOMER in response.text
    assert newest not in response.text


@pytest.mark.parametrize("path", [f"{PAGE}?search={CUSTOMER}", f"{PAGE}{CUSTOMER}/"])
def test_members_read_from_the_replica(member: httpx.Client, newest: str, path: str) -> None:
    response = member.get(path)

    assert response.status_code == 200
    assert newest not in response.text


def test_a_member_reads_from_the_primary_after_a_post_request(
    member: httpx.Client, newest: str
) -> None:
    tokens = "/organizers/bigevents/tokens/"
    member.get(tokens)
    csrf = member.cookies["csrftoken"]

    member.post(tokens, data={"csrfmiddlewaretoken": csrf})

    assert newest in member.get(f"{PAGE}?search={CUSTOMER}").text


def test_an_api_client_that_may_change_customers_reads_from_the_primary(
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
    """The key of a token, created before replay is paused: the command takes longer than LAG."""
    return server.manage("create_token", "bigevents", "--name", "revoked").split()[-1]


def test_a_revoked_token_is_rejected_by_the_next_request(
    cluster: Cluster, name: str, server: Server, key: str, newest: str
) -> None:
    headers = {"Authorization": f"Token {key}"}
    assert httpx.get(f"{server.url}{DETAIL}", headers=headers).json()["name"] != newest

    cluster.execute(REVOKE_TOKEN, name)

    assert httpx.get(f"{server.url}{DETAIL}", headers=headers).status_code == 401


def test_a_replica_that_lags_is_not_read(api_client: httpx.Client, newest: str) -> None:
    wait_until_true(lambda: api_client.get(DETAIL).json()["name"] == newest)


@pytest.mark.usefixtures("newest")
def test_a_replica_without_a_connection_to_the_primary_is_not_read(
    cluster: Cluster, replica: Cluster, name: str, api_client: httpx.Client
) -> None:
    _set_primary(replica, "nowhere")
    cluster.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication")
    replica.execute("SELECT pg_wal_replay_resume()")

    newest = _rename(cluster, name)

    wait_until_true(lambda: api_client.get(DETAIL).json()["name"] == newest)
    _set_primary(replica, str(cluster.directory))


def _set_primary(replica: Cluster, host: str) -> None:
    replica.execute(f"ALTER SYSTEM SET primary_conninfo = 'host={host} user=portal'")
    replica.execute("SELECT pg_reload_conf()")


def test_no_request_fails_when_the_replica_stops_and_starts_again(
    replica: Cluster, api_client: httpx.Client, pause_replay: Callable[[], str]
) -> None:
    pause_replay()
    paths = [LIST, f"{LIST}?search=doe", DETAIL] * 40

    with ThreadPoolExecutor(8) as threads:
        responses = threads.map(api_client.get, paths)
        stop_server(replica)

    assert [response.status_code for response in responses] == [200] * len(paths)
    start_server(replica)
    assert pause_replay()


def test_a_stream_reads_from_the_primary_when_the_replica_is_stopped(
    replica: Cluster, api_client: httpx.Client, pause_replay: Callable[[], str]
) -> None:
    newest = pause_replay()
    stop_server(replica)

    response = api_client.get(LIST, headers=STREAM)

    assert (response.status_code, newest in response.text) == (200, True)
    start_server(replica)
