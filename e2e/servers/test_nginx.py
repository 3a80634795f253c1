"""nginx with docs/nginx.conf: its logs, forwarded headers, and broken streams."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from e2e.nginx import HOST, Nginx, new_nginx, run_nginx
from e2e.postgres.clusters import wait_until_true
from e2e.raw import make_request_bytes
from e2e.server import EMAIL, PASSWORD, PATIENCE, Server, free_port, serve
from e2e.steps import BIGEVENTS

API = "/api/v1/organizers/bigevents/customers/"
TERM = "zoe-private"
LARGE = "Content-Length: 2000000"
# Requests with a search term that nginx or Portal rejects.
REJECTED = {
    "no token": (make_request_bytes(f"{API}?search={TERM}"), 401),
    "another page as Referer": (make_request_bytes("/", f"Referer: https://x/?search={TERM}"), 302),
    "a large body": (make_request_bytes(f"{API}?search={TERM}", LARGE, method="POST"), 413),
    "a very long URL": (make_request_bytes(f"{API}?search={TERM}&x={'y' * 40_000}"), 414),
    "a very long header": (
        make_request_bytes(f"{API}?search={TERM}", f"X-Long: {'y' * 40_000}"),
        400,
    ),
    "raw UTF-8": (make_request_bytes(f"{API}?search={TERM}\xc3\xa9"), 400),
    "a space": (make_request_bytes(f"{API}?search=for {TERM}"), 400),
    "two hosts": (make_request_bytes(f"{API}?search={TERM}", "Host: evil.example"), 400),
    "an invalid header": (make_request_bytes(f"{API}?search={TERM}", "X-Header: a\0b"), 400),
    "an invalid method": (make_request_bytes(f"{API}?search={TERM}", method="G(T"), 400),
}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Nginx:
    return new_nginx(tmp_path_factory.mktemp("nginx"))


@pytest.fixture(scope="module")
def server(directory: Path, nginx: Nginx) -> Iterator[Server]:
    """A Portal behind nginx."""
    environment = {"PUBLIC_URL": nginx.url, "TRUSTED_PROXIES": HOST}
    with serve(directory, environment) as server:
        port = int(server.environment["PORT"])
        with run_nginx(nginx, upstream_port=port):
            yield server


@pytest.fixture
def member(server: Server, nginx: Nginx) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=nginx.url, verify=nginx.tls, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def api_client(server: Server, nginx: Nginx) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(
        base_url=nginx.url, verify=nginx.tls, timeout=PATIENCE, headers=headers
    ) as client:
        yield client


def test_a_request_is_one_line_of_the_log_without_its_query(
    api_client: httpx.Client, server: Server, nginx: Nginx
) -> None:
    response = api_client.get(f"{API}?search={TERM}", headers={"Referer": f"{nginx.url}/?{TERM}"})

    ending = f"request={response.headers['X-Request-ID']}\n"
    wait_until_true(lambda: ending in nginx.access_log and ending in server.log)
    [line] = [line for line in nginx.access_log.splitlines() if line.endswith(ending.strip())]
    assert f'"GET {API}" 200 ' in line
    assert TERM not in nginx.logs + server.log


@pytest.mark.parametrize("kind", REJECTED)
def test_a_search_term_of_a_rejected_request_is_in_no_log(
    server: Server, nginx: Nginx, kind: str
) -> None:
    content, status = REJECTED[kind]
    before = len(nginx.access_log)

    response = nginx.send(content)

    assert response.split()[1] == str(status).encode()
    wait_until_true(lambda: f'" {status} ' in nginx.access_log[before:])
    assert TERM not in nginx.logs + server.log


def test_a_search_term_is_in_no_log_when_portal_is_down(nginx: Nginx, server: Server) -> None:
    other = new_nginx(nginx.directory.with_name("without-portal"))
    other.directory.mkdir()

    with run_nginx(other, upstream_port=free_port()):
        response = httpx.get(f"{other.url}{API}?search={TERM}", verify=other.tls)

        wait_until_true(lambda: f'"GET {API}" 502 ' in other.access_log)

    assert response.status_code == 502
    assert "upstream=502" in other.access_log
    assert TERM not in other.logs


def test_http_is_redirected_to_https(nginx: Nginx, server: Server) -> None:
    response = httpx.get(f"http://{HOST}:{nginx.http_port}{BIGEVENTS}?search={TERM}")

    assert response.status_code == 301
    assert response.headers["Location"] == f"{nginx.url}{BIGEVENTS}?search={TERM}"
    wait_until_true(lambda: f'"GET {BIGEVENTS}" 301 ' in nginx.access_log)
    assert TERM not in nginx.logs


def test_a_user_signs_in_over_tls(member: httpx.Client, nginx: Nginx) -> None:
    member.get("/sign-in/")
    form = {
        "username": EMAIL,
        "password": PASSWORD,
        "csrfmiddlewaretoken": member.cookies["csrftoken"],
    }

    signed_in = member.post("/sign-in/", data=form, headers={"Origin": nginx.url})

    assert signed_in.status_code == 302
    assert all("Secure" in cookie for cookie in signed_in.headers.get_list("Set-Cookie"))
    assert signed_in.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert member.get(BIGEVENTS).status_code == 200


def test_portal_logs_the_address_of_the_client_and_not_a_forged_one(
    server: Server, nginx: Nginx
) -> None:
    transport = httpx.HTTPTransport(verify=nginx.tls, local_address="127.0.0.9")

    with httpx.Client(transport=transport) as client:
        response = client.get(f"{nginx.url}{API}", headers={"X-Forwarded-For": "192.0.2.9"})

    ending = f"request={response.headers['X-Request-ID']}\n"
    wait_until_true(lambda: ending in server.log)
    [line] = [line for line in server.log.splitlines() if line.endswith(ending.strip())]
    assert line.startswith("127.0.0.9 ")


def test_a_long_url_is_accepted_in_the_line_and_in_headers(
    api_client: httpx.Client, nginx: Nginx
) -> None:
    path = f"{API}?at=".ljust(8170, "y")

    response = api_client.get(path, headers={"HX-Current-URL": f"{nginx.url}{path}"})

    assert response.status_code == 200


def test_a_redirect_with_a_long_url_is_forwarded(api_client: httpx.Client) -> None:
    response = api_client.get(f"{API.removesuffix('/')}?at=".ljust(7900, "y"))

    assert response.status_code == 301
    assert len(response.headers["Location"]) > 7900


def test_a_stream_is_complete(api_client: httpx.Client) -> None:
    count = api_client.get(API).json()["count"]

    stream = api_client.get(API, headers={"Accept": "application/x-ndjson"})

    assert len(stream.text.splitlines()) == count == 5_000


def test_a_client_notices_a_broken_stream(server: Server, nginx: Nginx) -> None:
    other = new_nginx(nginx.directory.with_name("broken"))
    other.directory.mkdir()
    headers = {"Authorization": f"Token {server.token}", "Accept": "application/x-ndjson"}

    with (
        _breaking_relay(int(server.environment["PORT"]), after=200_000) as port,
        run_nginx(other, upstream_port=port),
        pytest.raises(httpx.RemoteProtocolError),
    ):
        httpx.get(f"{other.url}{API}", headers=headers, verify=other.tls, timeout=PATIENCE)


@contextlib.contextmanager
def _breaking_relay(port: int, *, after: int) -> Iterator[int]:
    """Forward one connection to this port, and close it after this many bytes of the response."""

    def relay() -> None:
        client, _address = listener.accept()
        with client, socket.create_connection((HOST, port), PATIENCE) as upstream:
            upstream.sendall(client.recv(65536))
            left = after
            while left > 0 and (received := upstream.recv(min(left, 65536))):
                client.sendall(received)
                left -= len(received)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=relay)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE)
