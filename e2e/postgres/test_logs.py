"""After database errors, no customer data is in Portal's log, PostgreSQL's log or Sentry."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import httpx
import psycopg
import pytest

from e2e.postgres.clusters import Cluster, wait_until_true
from e2e.postgres.conftest import LIST
from e2e.server import ROOT, Server, serve

SECRET = "qzx7secret"
EMAIL = f"zz-{SECRET}@example.org"  # the last one of the list
LOCK = "LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE"
NDJSON = {"Accept": "application/x-ndjson"}
# PostgreSQL cannot read the email as a number, and quotes the email in the error.
BREAK = (
    "ALTER TABLE customers_customer RENAME TO hidden;"
    "CREATE VIEW customers_customer AS SELECT * FROM hidden"
    " WHERE CASE email WHEN '{email}' THEN email::integer > 0 ELSE true END"
)
MEND = "DROP VIEW customers_customer; ALTER TABLE hidden RENAME TO customers_customer"
INCOMPLETE = "INSERT INTO accounts_user (email) VALUES (%s)"
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
CUSTOMER = {
    "identifier": "LAST1",
    "email": EMAIL,
    "name_parts": {"_scheme": "full", "full_name": SECRET},
    "is_active": True,
    "is_verified": True,
    "last_login": None,
    "date_joined": "2021-04-06T13:44:22Z",
    "locale": "en",
    "last_modified": "2021-04-06T13:44:22Z",
}
ADVICE = re.compile(r"^ALTER DATABASE portal (SET .*);$", re.MULTILINE)


class Sink(ThreadingHTTPServer):
    """A server that receives the events for Sentry."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.received: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"


class SinkHandler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(brotli.decompress(body).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Overrides the log of requests: writes nothing."""


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        yield sink
        sink.shutdown()


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, name: str, sink: Sink) -> Iterator[Server]:
    # A stream then reads rows in the order of an index, so that the stream breaks at the last row.
    cluster.execute(f"ALTER DATABASE {name} SET enable_sort = off")
    environment = {"DATABASE_URL": cluster.url(name), "STATEMENT_TIMEOUT": "0.4"}
    with serve(directory, {**environment, "SENTRY_DSN": sink.dsn}, commands=environment) as server:
        server.manage("import_customers", "bigevents", typed=json.dumps([CUSTOMER]))
        yield server


@contextmanager
def _broken_table(cluster: Cluster, name: str) -> Iterator[None]:
    cluster.execute(BREAK.format(email=EMAIL), name)
    try:
        yield
    finally:
        cluster.execute(MEND, name)


@contextmanager
def _locked_table(cluster: Cluster, name: str) -> Iterator[None]:
    with cluster.connect(name) as other, other.transaction():
        other.execute(LOCK)
        yield


def _log_since(server: Server, before: int) -> str:
    """The server's log since the last call. Empties the log, which must end without errors."""
    log = server.log[before:]
    (server.directory / "server.log").write_text("")
    return log


def test_a_server_error_is_logged_without_values(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    with _broken_table(cluster, name):
        assert api_client.get(LIST, params={"search": SECRET}).status_code == 500

    log = _log_since(server, 0)
    assert f"Internal Server Error: {LIST}" in log
    assert "django.db.utils.DataError" in log
    assert "InvalidTextRepresentation (22P02)" in log
    assert SECRET not in log


def test_sentry_receives_a_server_error_without_values(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client, sink: Sink
) -> None:
    sink.received.clear()
    with _broken_table(cluster, name):
        response = api_client.get(LIST, params={"search": SECRET})
    _log_since(server, 0)
    wait_until_true(lambda: bool(sink.received))

    [envelope] = sink.received
    event = json.loads(envelope.splitlines()[2])
    assert event["logentry"]["formatted"] == f"Internal Server Error: {LIST}"
    assert event["transaction"] == "api:customer_list"
    assert event["tags"]["request_id"] == response.headers["X-Request-ID"]
    assert event["exception"]["values"][-1]["type"] == "DataError"
    assert event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert SECRET not in envelope
    assert server.token not in envelope


def test_sentry_receives_nothing_of_a_temporary_error(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client, sink: Sink
) -> None:
    sink.received.clear()
    with _locked_table(cluster, name):
        assert api_client.get(LIST).status_code == 503
    with _broken_table(cluster, name):
        assert api_client.get(LIST, params={"search": SECRET}).status_code == 500
    _log_since(server, 0)
    wait_until_true(lambda: bool(sink.received))

    [envelope] = sink.received
    assert "DataError" in envelope


def test_a_stream_that_breaks_is_logged_without_values(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    with _broken_table(cluster, name), pytest.raises(httpx.RemoteProtocolError):
        api_client.get(LIST, params={SECRET: SECRET}, headers=NDJSON)

    log = _log_since(server, 0)
    assert "InvalidTextRepresentation (22P02)" in log
    assert SECRET not in log


def test_a_timeout_is_logged_without_values(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    with _locked_table(cluster, name):
        assert api_client.get(LIST, params={"search": SECRET}).status_code == 503

    log = _log_since(server, 0)
    assert "canceling statement due to statement timeout" in log
    assert SECRET not in log


@pytest.fixture
def settings_of_the_documentation(cluster: Cluster, server: Server, name: str) -> Iterator[None]:
    """The setting that docs/postgresql.md recommends, for new connections."""
    [setting] = ADVICE.findall((ROOT / "docs" / "postgresql.md").read_text())
    cluster.execute(f"ALTER DATABASE {name} {setting}")
    cluster.execute(TERMINATE.format(name=name))
    yield
    cluster.execute(f"ALTER DATABASE {name} RESET ALL")


def _log_of_errors(cluster: Cluster, name: str, api_client: httpx.Client) -> str:
    """PostgreSQL's log after a timeout, an invalid value, and a rejected row."""
    log = cluster.directory / "log"
    before = len(log.read_text())
    with _locked_table(cluster, name):
        api_client.get(LIST, params={"search": SECRET})
    with _broken_table(cluster, name):
        api_client.get(LIST, params={"search": SECRET})
    with cluster.connect(name) as connection, pytest.raises(psycopg.IntegrityError):
        connection.execute(INCOMPLETE, [EMAIL])
    return log.read_text()[before:]


def test_postgresql_logs_values_by_default(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    assert SECRET in _log_of_errors(cluster, name, api_client)
    _log_since(server, 0)


@pytest.mark.usefixtures("settings_of_the_documentation")
def test_postgresql_logs_no_values_with_the_settings_of_the_documentation(
    cluster: Cluster, name: str, server: Server, api_client: httpx.Client
) -> None:
    for _process in range(4):
        api_client.get(LIST)

    assert SECRET not in _log_of_errors(cluster, name, api_client)
    _log_since(server, 0)
